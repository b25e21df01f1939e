"""Where things are and what is secret: the only reader of the environment.

VITALS_HOME                    folder of Vitals' own files (default .vitals)
VITALS_STORE_URL               results store (default SQLite in VITALS_HOME)
VITALS_MODELS_DIR              model files (default deployments/models)
VITALS_SUITES_DIR              suites of expectations (default expectations/suites)
VITALS_SLACK_TOKEN             Slack bot token; without it digests are printed and written
VITALS_SLACK_BASE_URL          another address of Slack's API
VITALS_SLACK_CHANNEL           channel of models that name none
VITALS_SLACK_FALLBACK_CHANNEL  channel for digests that their own channel does not take
VITALS_WEEKLY_DAY              weekday whose run also sums up the week (default monday), or off
VITALS_SOURCE_<NAME>_URL       one per source that model files name
VITALS_CATCH_UP                after an outage: one digest for all missed days (summary, the default) or one for each
VITALS_HEARTBEAT_URL           address that is asked for after a delivered digest, for a dead-man's switch
PREFECT_API_URL                Prefect's own: when set, `vitals check` looks at that server too

Knows no drivers and opens nothing. Secrets do not show when settings are printed; `redact` takes them out of others' texts.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from pydantic import SecretStr

from vitals.errors import ConfigError

_HIDDEN = "***"
_SHORTEST = 3
_SOURCE = re.compile(r"(?i)^VITALS_SOURCE_([A-Z0-9_]+)_URL$")
_KNOWN = (
    "VITALS_HOME",
    "VITALS_STORE_URL",
    "VITALS_MODELS_DIR",
    "VITALS_SUITES_DIR",
    "VITALS_SLACK_TOKEN",
    "VITALS_SLACK_BASE_URL",
    "VITALS_SLACK_CHANNEL",
    "VITALS_SLACK_FALLBACK_CHANNEL",
    "VITALS_CATCH_UP",
    "VITALS_WEEKLY_DAY",
    "VITALS_HEARTBEAT_URL",
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SCHEMES = ("sqlite", "postgresql", "postgresql+psycopg", "file")
_EXAMPLES = "postgresql://user:password@host/database, sqlite:///path/to/file.db or file:///folder/of/parquet"
_OTHERS = ("PGPASSWORD", "PREFECT_API_KEY", "PREFECT_API_AUTH_STRING")  # secrets that libraries read by themselves
_SECRET_OPTIONS = re.compile(r"(?i)\b(?:password|sslpassword|passwd|pwd|token|secret)=([^&\s]+)")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says.

    Attributes
    ----------
    home : folder of Vitals' own files; made by whoever writes there.
    store_url : URL of the results store.
    models_dir, suites_dir : folders of model files and of suites.
    slack_token, slack_base_url, slack_channel, slack_fallback_channel : None when not set.
    sources : URLs of sources by the middle part of their variable (`WAREHOUSE` of VITALS_SOURCE_WAREHOUSE_URL).
    weekly_day : weekday whose run sums up the week before, 0 is Monday; None is never.
    catch_up : `each` for one digest per missed day, `summary` for one about all of them.
    others_secrets : what libraries read from the environment by themselves; known only to be taken out of texts.
    heartbeat_url : asked for after a delivered digest; its path may be a secret. prefect_api_url : of Prefect's server.
    """

    home: Path
    store_url: SecretStr
    models_dir: Path
    suites_dir: Path
    slack_token: SecretStr | None = None
    slack_base_url: str | None = None
    slack_channel: str | None = None
    sources: Mapping[str, SecretStr] = field(default_factory=dict)
    catch_up: str = "summary"
    heartbeat_url: SecretStr | None = None
    prefect_api_url: str | None = None
    slack_fallback_channel: str | None = None
    weekly_day: int | None = 0
    others_secrets: tuple[SecretStr, ...] = ()

    @classmethod
    def from_env(
        cls,
        environ: Mapping[str, str] | None = None,
        *,
        home: Path | None = None,
        store_url: str | None = None,
        models_dir: Path | None = None,
        suites_dir: Path | None = None,
        sources: Mapping[str, str] | None = None,
    ) -> "Settings":
        """Read the environment; what is given here wins over it.

        Parameters
        ----------
        environ : variables by name; None reads the process's own. Empty values count as not set.
        sources : URLs by source name, in addition.

        Raises
        ------
        ConfigError
            When a URL, the channel or Slack's address has a form that cannot work, or when a variable is nearly one
            of ours. The message shows no password.
        """
        given = {name: text.strip() for name, text in (os.environ if environ is None else environ).items()}
        given = {name: text for name, text in given.items() if text}
        _refuse_misspelt(given)
        folder = home or Path(given.get("VITALS_HOME", ".vitals"))
        urls = {_middle(match[1]): url for name, url in given.items() if (match := _SOURCE.match(name))}
        urls |= {_middle(name): url for name, url in (sources or {}).items()}
        token = given.get("VITALS_SLACK_TOKEN")
        return cls(
            home=folder,
            store_url=_store(store_url or given.get("VITALS_STORE_URL") or _sqlite(folder)),
            models_dir=models_dir or Path(given.get("VITALS_MODELS_DIR", "deployments/models")),
            suites_dir=suites_dir or Path(given.get("VITALS_SUITES_DIR", "expectations/suites")),
            slack_token=SecretStr(token) if token else None,
            slack_base_url=_address(given.get("VITALS_SLACK_BASE_URL")),
            slack_channel=_channel(given, "VITALS_SLACK_CHANNEL"),
            slack_fallback_channel=_channel(given, "VITALS_SLACK_FALLBACK_CHANNEL"),
            sources={name: _checked(url, f"VITALS_SOURCE_{name}_URL") for name, url in urls.items()},
            catch_up=_catch_up(given.get("VITALS_CATCH_UP", "summary")),
            heartbeat_url=_heartbeat(given.get("VITALS_HEARTBEAT_URL")),
            prefect_api_url=given.get("PREFECT_API_URL"),
            weekly_day=_weekday(given.get("VITALS_WEEKLY_DAY", "monday")),
            others_secrets=tuple(SecretStr(given[name]) for name in _OTHERS if name in given),
        )

    def source_url(self, name: str) -> SecretStr:
        """Give the URL of a source that a model file names.

        Raises
        ------
        ConfigError
            When it is not set; names the variable, an example and the nearest one that is set.
        """
        middle = _middle(name)
        if middle in self.sources:
            return self.sources[middle]
        near = get_close_matches(middle, list(self.sources), n=1, cutoff=0.6)
        hint = f"; did you mean source '{near[0].lower()}' (VITALS_SOURCE_{near[0]}_URL is set)?" if near else ""
        msg = f"source '{name}' has no URL: set VITALS_SOURCE_{middle}_URL, for example to {_EXAMPLES}{hint}"
        raise ConfigError(msg)

    def redact(self, text: str) -> str:
        """Take every secret that these settings know out of a text, for example out of a driver's exception."""
        for secret in self._secrets():
            text = text.replace(secret, _HIDDEN)
        return hide_passwords(text)

    def _secrets(self) -> list[str]:
        """Collect the token, the heartbeat's address and the passwords of all URLs, raw and percent-encoded, longest first."""
        known = (self.slack_token, self.heartbeat_url, *self.others_secrets)
        whole = [secret.get_secret_value() for secret in known if secret]
        found = set(whole)  # very short ones are hidden in URLs only: they would tear every word apart
        for url in (self.store_url, *self.sources.values()):
            found |= _passwords(url.get_secret_value())
        return sorted(
            (secret for secret in found if len(secret) >= _SHORTEST), key=lambda secret: (-len(secret), secret)
        )


def without_secrets(text: str) -> str:
    """Take every secret of this process's environment out of a text that leaves it, for example a traceback."""
    try:
        return Settings.from_env().redact(text)
    except ConfigError:  # a setting is wrong, and nothing was opened with it
        return hide_passwords(text)


def source_variable(name: str) -> str:
    """Name the variable that holds a source's URL.

    >>> source_variable("flight-log")
    'VITALS_SOURCE_FLIGHT_LOG_URL'
    """
    return f"VITALS_SOURCE_{_middle(name)}_URL"


def hide_passwords(text: str) -> str:
    """Hide what looks like a password in any URL or connection string of a text.

    >>> hide_passwords("cannot reach postgresql://anna:se@cret@db/x?sslpassword=q")
    'cannot reach postgresql://anna:***@db/x?sslpassword=***'
    """
    text = re.sub(r"(\b[\w+.-]+://[^\s:/@]*:)(?!password@host)\S*@", rf"\g<1>{_HIDDEN}@", text)
    return _SECRET_OPTIONS.sub(lambda match: match[0].replace(match[1], _HIDDEN), text)


def _passwords(url: str) -> set[str]:
    """Find the passwords of a URL in every spelling that a driver may print."""
    found = set(_SECRET_OPTIONS.findall(url))
    password = urlsplit(url).password
    if password:
        found.add(password)
    unquoted = re.match(r"[\w+.-]+://[^\s:/@]*:(.*)@", url)  # a password with an unquoted / or @
    if unquoted:
        found.add(unquoted[1])
    plain = {unquote(secret) for secret in found}
    return found | plain | {quote(secret, safe="") for secret in plain}


def _refuse_misspelt(given: Mapping[str, str]) -> None:
    """Refuse variables that are nearly ours: a misspelt one would silently have no effect."""
    for name in sorted(given):
        if not name.upper().startswith("VITALS_") or name in _KNOWN or _SOURCE.match(name):
            continue
        near = get_close_matches(name.upper(), _KNOWN, n=1, cutoff=0.85)
        if near:
            msg = f"{name} is not read; did you mean {near[0]}?"
            raise ConfigError(msg)
        if name.upper().startswith("VITALS_SOURCE_"):
            msg = f"{name} is not read; the URL of a source is in VITALS_SOURCE_<NAME>_URL"
            raise ConfigError(msg)


def _middle(name: str) -> str:
    """Turn a source's name into the middle of its variable: `flight-log` into FLIGHT_LOG."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'vitals.db'}"


def _store(url: str) -> SecretStr:
    if url.startswith("file:"):
        msg = f"VITALS_STORE_URL must be sqlite or postgresql, got '{hide_passwords(url)}'; results are written there"
        raise ConfigError(msg)
    return _checked(url, "VITALS_STORE_URL")


def _checked(url: str, variable: str) -> SecretStr:
    """Demand a URL of a kind that can be read; the message never shows a password."""
    shown = hide_passwords(url) if "://" in url or url.startswith("file:") else "(a text without ://)"
    try:
        parts = urlsplit(url)
        port_is_number = parts.port is None or parts.port >= 0
    except ValueError:  # its message quotes what it took for the port: a piece of an unquoted password
        msg = f"{variable} is no URL: host or port cannot be read; use {_EXAMPLES} (special characters as %XX)"
        raise ConfigError(msg) from None
    scheme = parts.scheme if ":" in url else ""
    if scheme == "postgres":
        msg = f"{variable} starts with postgres, got '{shown}'; write postgresql://"
    elif scheme not in _SCHEMES or not port_is_number:
        msg = f"{variable} must start with sqlite, postgresql or file, got '{shown}'; use {_EXAMPLES}"
    elif scheme == "sqlite" and not (url.startswith("sqlite:///") and len(url) > len("sqlite:///")):
        msg = f"{variable} must name a file, got '{shown}'; use sqlite:///relative.db or sqlite:////absolute.db"
    elif scheme == "file" and (parts.netloc or not parts.path.strip("/")):
        msg = f"{variable} must name a folder, got '{shown}'; use file:///absolute/folder or file:relative/folder"
    elif scheme.startswith("postgresql") and not parts.path.strip("/"):
        msg = f"{variable} names no database, got '{shown}'; use postgresql://user:password@host/database"
    else:
        return SecretStr(url)
    raise ConfigError(msg)


def _address(url: str | None) -> str | None:
    if url is not None and not re.fullmatch(r"https?://[^\s/?#@]+(/\S*)?", url):
        msg = f"VITALS_SLACK_BASE_URL must be an http address, got '{hide_passwords(url)}'; unset it to use Slack"
        raise ConfigError(msg)
    return url


def _catch_up(text: str) -> str:
    if text not in {"summary", "each"}:
        msg = f"VITALS_CATCH_UP must be summary (one digest for all missed days) or each (one a day), got '{text}'"
        raise ConfigError(msg)
    return text


def _weekday(text: str) -> int | None:
    name = text.lower()
    if name == "off":
        return None
    if name not in _WEEKDAYS:
        msg = f"VITALS_WEEKLY_DAY must be a weekday ({', '.join(_WEEKDAYS)}) or off, got '{text}'"
        raise ConfigError(msg)
    return _WEEKDAYS.index(name)


def _heartbeat(url: str | None) -> SecretStr | None:
    if url is None:
        return None
    if not re.fullmatch(r"https?://[^\s/?#@]+([/?]\S*)?", url):
        msg = "VITALS_HEARTBEAT_URL must be an http address without user and password; its value is not shown"
        raise ConfigError(msg)
    return SecretStr(url)


def _channel(given: Mapping[str, str], variable: str) -> str | None:
    channel = given.get(variable)
    if channel is not None and not re.fullmatch(r"[CGD][A-Z0-9]{2,}", channel):
        msg = f"{variable} must be a channel's id, got '{channel}'; use the id like C0123456789, not its name "
        msg += "(in Slack: click the channel's name; the id is at the end of About)"
        raise ConfigError(msg)
    return channel
