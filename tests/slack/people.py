"""auth.test and users.*: who the token is, and who people are."""

from tests.slack.calling import Answer, App, Body, required
from tests.slack.workspace import BOT, TEAM, Person, RefusedCallError


def identity(app: App, body: Body) -> Answer:
    """Say whose token it is."""
    del body
    name = app.workspace.people[app.user].name
    answer = {"ok": True, "url": f"{app.url}/", "team": "Vitals", "user": name, "team_id": TEAM, "user_id": app.user}
    return answer | {"bot_id": BOT, "is_enterprise_install": False}


def info(app: App, body: Body) -> Answer:
    """Describe somebody."""
    app.need("users:read")
    required(body, "user")
    person = app.workspace.people.get(str(body["user"]))
    if person is None:
        raise RefusedCallError("user_not_found")
    return {"ok": True, "user": _described(person, email=app.may("users:read.email"))}


def by_email(app: App, body: Body) -> Answer:
    """Find somebody by e-mail."""
    app.need("users:read.email")
    required(body, "email")
    for person in app.workspace.people.values():
        if person.email and person.email == body["email"]:
            return {"ok": True, "user": _described(person, email=True)}
    raise RefusedCallError("users_not_found")


def _described(person: Person, *, email: bool) -> Answer:
    profile = {"real_name": person.name, "display_name": person.name} | ({"email": person.email} if email else {})
    return {
        "id": person.id,
        "team_id": TEAM,
        "name": person.name.lower(),
        "real_name": person.name,
        "deleted": False,
        "is_bot": person.bot,
        "profile": profile,
    }
