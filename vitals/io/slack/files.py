"""The files of a digest: pictures for its root, and what goes into its thread. None of them ever holds it back.

A picture for the root is uploaded before it, seen by nobody, so a second copy harms nobody. A file in the thread is
seen: its id is written down before it is shared, and after an unclear outcome the thread is searched for that id.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from vitals.errors import NotifyError
from vitals.io.slack.client import Posted
from vitals.io.slack.log import FULL
from vitals.io.slack.parcel import ATTEMPTS, LOG, PAUSE_S, Parcel
from vitals.io.slack.refusals import AUTH, FILE, RefusedError, TakenOverError, UnclearError, UnreadableError
from vitals.io.store.digests import Delivery, DeliveryState

if TYPE_CHECKING:
    from vitals.render.messages import Attachment

_NOWHERE = "-"  # a picture for a block is in no channel of its own


def upload_pictures(parcel: Parcel) -> Mapping[str, str]:
    """Upload what the root shows; gives the files' ids by name, none at all when one of them cannot be had."""
    ids: dict[str, str] = {}
    for file in parcel.message.files:
        if not file.in_root:
            continue
        step = f"picture:{file.name}"
        known = parcel.intend(step)
        try:
            with parcel.row(step):
                ids[file.name] = _ready(parcel, file, known)
        except TakenOverError:
            raise
        except NotifyError as error:
            LOG.warning("the digest goes without pictures: %s", error)
            return {}
        parcel.log.confirm(*parcel.key, ids[file.name], _NOWHERE, step=step)
    return ids


def share_files(parcel: Parcel, root: Posted, *, pictures: bool) -> tuple[str, bool]:
    """Put files into the thread, each once.

    Parameters
    ----------
    pictures : whether the root's own go there too, since it does not show them.

    Returns
    -------
    A sentence about files that are missing ('' for none), and whether another attempt may add them.
    """
    missing, again = [], False
    for file in _wanted(parcel.message.files, pictures=pictures):
        step = f"file:{file.name}"
        known = parcel.intend(step)
        if known and known.state is DeliveryState.SENT:
            continue
        try:
            with parcel.row(step):
                file_id = _shared(parcel, root, file, known, step)
        except TakenOverError:
            raise
        except NotifyError as error:
            LOG.warning("%s is not in the thread: %s", file.name, error)
            missing.append(
                f"{file.name} is {'perhaps ' * isinstance(error, UnclearError | UnreadableError)}not in the thread: {error}"
            )
            again = again or not isinstance(error, RefusedError) or error.code in FILE
            if not isinstance(error, RefusedError) or error.code in AUTH:
                break  # the next one would meet the same
            continue
        parcel.log.confirm(*parcel.key, file_id, root.channel_id, level=FULL, step=step)
    return "; ".join(missing), again


def _wanted(files: Iterable["Attachment"], *, pictures: bool) -> Iterable["Attachment"]:
    return (file for file in files if pictures or not file.in_root)


def _ready(parcel: Parcel, file: "Attachment", known: Delivery | None) -> str:
    """Upload a picture, unless it was, and wait until a block may show it."""
    if known and known.state is DeliveryState.SENT and known.ts:
        return known.ts
    file_id = parcel.slack.upload(file.name, file.content, file.alt)
    parcel.slack.complete(file_id, file.title)
    if not parcel.slack.await_file(file_id):
        message = f"Slack is still processing {file.name}"
        raise NotifyError(message)
    return file_id


def _shared(parcel: Parcel, root: Posted, file: "Attachment", known: Delivery | None, step: str) -> str:
    """Share a file, after a look into the thread when it perhaps was; gives its id."""
    if known and known.ts and _is_there(parcel, root, known.ts):
        return known.ts
    for attempt in range(1, ATTEMPTS + 1):
        parcel.guard()
        file_id = parcel.slack.upload(file.name, file.content, file.alt)
        parcel.log.uploaded(*parcel.key, file_id, step)
        try:
            parcel.slack.complete(file_id, file.title, root)
        except UnclearError:
            parcel.slack.sleep(PAUSE_S * attempt)
            if _is_there(parcel, root, file_id):
                return file_id
            if attempt == ATTEMPTS:
                raise
        else:
            return file_id
    raise AssertionError  # the loop returns or raises


def _is_there(parcel: Parcel, root: Posted, file_id: str) -> bool:
    try:
        return parcel.slack.is_shared(root, file_id, parcel.digest.day)
    except RefusedError as error:
        raise UnreadableError(str(error)) from None
