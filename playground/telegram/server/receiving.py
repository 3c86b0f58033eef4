"""The methods by which the bot gets its updates: polling, or a webhook."""

import re
from typing import Final

from playground.telegram.server.wire import Json, Params, RefusedError, bad_request
from playground.telegram.server.world import World

LONGEST_POLL: Final = 50.0
MOST_UPDATES: Final = 100
CONNECTIONS: Final = 40
"""The requests that Telegram makes to a webhook at the same time, by default."""
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")


async def get_updates(world: World, params: Params) -> list[Json]:
    """GetUpdates: wait up to `timeout` seconds for updates newer than `offset` - 1."""
    if world.webhook.get("url"):
        raise RefusedError(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
        )
    allowed = params.array("allowed_updates")
    if allowed is not None:
        world.updates.allowed = tuple(allowed)
    limit = min(params.integer("limit") or MOST_UPDATES, MOST_UPDATES)
    timeout = min(float(params.integer("timeout") or 0), LONGEST_POLL)
    return await world.updates.poll(params.integer("offset") or 0, limit, timeout)


def set_webhook(world: World, params: Params) -> bool:
    """SetWebhook: set the address to which updates are posted."""
    url = params.text("url")
    # Telegram accepts https only, but there are no certificates for 127.0.0.1
    if url and not url.startswith(("https://", "http://127.0.0.1:")):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.text("secret_token")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    world.webhook = {
        "url": url,
        "secret_token": secret,
        "max_connections": params.integer("max_connections") or CONNECTIONS,
    }
    world.updates.allowed = tuple(params.array("allowed_updates") or world.updates.allowed)
    if params.flag("drop_pending_updates"):
        world.updates.drop()
    world.updates.push_waiting()
    return True


def delete_webhook(world: World, params: Params) -> bool:
    """DeleteWebhook: go back to getUpdates."""
    world.webhook = {}
    if params.flag("drop_pending_updates"):
        world.updates.drop()
    return True


def get_webhook_info(world: World, _: Params) -> Json:
    """GetWebhookInfo: return the webhook's address and the number of waiting updates."""
    return {
        "url": world.webhook.get("url", ""),
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
        **({"max_connections": world.webhook["max_connections"]} if world.webhook else {}),
        "allowed_updates": list(world.updates.allowed),
    }
