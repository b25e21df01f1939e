"""files.*: the upload in three steps, and waiting until a file can be used."""

from typing import Any

from tests.slack import limits
from tests.slack.calling import Answer, App, Body, loads, required
from tests.slack.chat import add, thread_of, writable
from tests.slack.workspace import File, RefusedCallError


def upload_url(app: App, body: Body) -> Answer:
    """First step: give a file's id, and where to send its bytes."""
    app.need("files:write")
    required(body, "filename", "length")
    length = str(body["length"])
    if not length.isdigit() or int(length) < 1:
        raise RefusedCallError("missing_argument")
    alt_txt = str(body.get("alt_txt") or "")
    if len(alt_txt) > 1_000:
        raise RefusedCallError("alt_txt_too_large")
    ready = app.workspace.clock() + app.processing_s
    file = app.workspace.next_file(str(body["filename"]), int(length), alt_txt, app.polls, ready)
    return {"ok": True, "file_id": file.id, "upload_url": f"{app.url}/upload/v1/{file.id}"}


def take(app: App, file_id: str, content: bytes) -> tuple[int, str]:
    """Second step: take the bytes; gives status and text. It needs no token: the address is the secret."""
    file = app.workspace.files.get(file_id)
    if file is None or file.complete:
        return 404, "not found"
    if len(content) != file.length:
        return 400, f"expected {file.length} bytes, got {len(content)}"
    file.content = content
    return 200, f"OK - {len(content)}"


def complete(app: App, body: Body) -> Answer:
    """Third step: give titles, and share in a channel or keep private to the app."""
    app.need("files:write")
    required(body, "files")
    given = body["files"] if isinstance(body["files"], list) else loads(str(body["files"]), "invalid_arguments")
    if not isinstance(given, list) or not all(isinstance(one, dict) and one.get("id") for one in given):
        raise RefusedCallError("invalid_arguments")
    files = [_uploaded(app, str(one["id"])) for one in given]
    channels = [one for one in str(body.get("channel_id") or body.get("channels") or "").split(",") if one]
    if body.get("thread_ts") and len(channels) != 1:
        raise RefusedCallError("invalid_arguments")
    places = [writable(app, one) for one in channels]
    threads = [thread_of(one, body.get("thread_ts")) for one in places]
    blocks = None if body.get("initial_comment") else body.get("blocks")
    if blocks:
        limits.check_blocks(blocks)
    for file, one in zip(files, given, strict=True):
        file.complete, file.title = True, str(one.get("title") or file.name)
        file.channels += [place.id for place in places]
    said = {"text": str(body.get("initial_comment") or ""), "blocks": blocks}
    for place, thread in zip(places, threads, strict=True):
        add(app, place, said, thread, [one.id for one in files])
    return {"ok": True, "files": [described(app, one) for one in files]}


def info(app: App, body: Body) -> Answer:
    """Describe a file; each call is a poll that its processing may wait for."""
    app.need("files:read")
    required(body, "file")
    file = app.workspace.files.get(str(body["file"]))
    if file is None:
        raise RefusedCallError("file_not_found")
    if file.complete:
        file.polls_left -= 1
    return {"ok": True, "file": described(app, file)}


def described(app: App, file: File) -> dict[str, Any]:
    """Give a file as the API shows it: without a type until it is processed."""
    ready = app.workspace.processed(file)
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": file.mimetype if ready else "",
        "filetype": file.suffix if ready else "",
        "size": file.length,
        "user": app.user,
        "alt_txt": file.alt_txt,
        "channels": list(file.channels),
        "is_public": bool(file.channels),
        "permalink": f"{app.url}/files/{file.id}",
        "url_private": f"{app.url}/files/{file.id}",
    }


def _uploaded(app: App, file_id: str) -> File:
    file = app.workspace.files.get(file_id)
    if file is None:
        raise RefusedCallError("file_not_found")
    if file.content is None:
        raise RefusedCallError("missing_file_data")
    if file.complete:
        raise RefusedCallError("file_update_failed")
    return file
