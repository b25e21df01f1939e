"""What Slack can answer, by what the sender should do about it."""

from vitals.errors import NotifyError

WAIT = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
UNCLEAR = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"})
METADATA = frozenset(
    {
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "metadata_too_large",
        "metadata_must_be_sent_from_app",
    }
)
PAYLOAD = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "too_many_attachments",
        "attachment_payload_limit_exceeded",
        "markdown_text_conflict",
        "no_text",
    }
)
EDIT = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
THREAD = frozenset(
    {"cannot_reply_to_message", "restricted_action_thread_locked", "restricted_action_non_threadable_channel"}
)
FILE = frozenset({"missing_file_data", "file_not_found"})  # its bytes did not arrive: uploading it again may help
NOT_IN_CHANNEL, CHANNEL_NOT_FOUND = "not_in_channel", "channel_not_found"
_PLACE = frozenset(
    {
        NOT_IN_CHANNEL,
        CHANNEL_NOT_FOUND,
        "is_archived",
        "no_permission",
        "ekm_access_denied",
        "team_access_not_granted",
    }
)
_TOKEN = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "not_allowed_token_type"}
)
AUTH = _TOKEN | {"missing_scope"}
_REMEDIES = {
    CHANNEL_NOT_FOUND: "check `channel` in the model files: it must be a channel id that the app can see",
    NOT_IN_CHANNEL: "invite the app to the channel",
    "is_archived": "name another channel in the model files",
    "missing_scope": "add the scope to the Slack app and install it again",
    "no_permission": "ask a workspace admin to let the app post there",
    "ekm_access_denied": "ask a workspace admin: the organisation's key management refuses the app",
    "team_access_not_granted": "ask a workspace admin to grant the app access to this workspace",
}


class RefusedError(NotifyError):
    """Slack said no: surely nothing was posted."""

    def __init__(self, method: str, code: str, detail: str = "") -> None:
        self.code = code
        told = f" ({detail})" if detail else ""
        super().__init__(f"Slack refused {method}: {code}{told}; {_remedy(code)}")

    @property
    def is_of_place(self) -> bool:
        """Whether another channel may take what this one does not."""
        restricted = self.code.startswith("restricted_action") and self.code not in THREAD
        return restricted or self.code in _PLACE


class UnclearError(NotifyError):
    """The reply was lost: perhaps it was posted."""


class UnreachableError(NotifyError):
    """No connection came about: surely nothing was posted."""


class UnreadableError(NotifyError):
    """A reply was lost, and the channel cannot be read to find out what became of it."""


class TakenOverError(NotifyError):
    """Another process delivers by now: this one must neither post nor write down what it believes."""


def _remedy(code: str) -> str:
    if code in _TOKEN:
        return "set VITALS_SLACK_TOKEN to a valid bot token (xoxb-...)"
    if code in PAYLOAD | METADATA:
        return "the digest is kept in the store: `vitals digest --as-sent --format text` shows it"
    if code.startswith("restricted_action"):
        return "ask a workspace admin to let the app post there"
    return _REMEDIES.get(code, "see https://docs.slack.dev/reference/methods for this code")
