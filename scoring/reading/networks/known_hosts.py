"""Hosts that say by themselves which network a name is of, or that it is of none."""

import re
from typing import Final

BLUESKY_APPS: Final = frozenset(
    ("bsky.app", "www.bsky.app", "main.bsky.dev", "blacksky.community", "deer.social")
)
"""Apps whose pages of accounts are `/profile/NAME`."""

FEDIVERSE_SERVERS: Final = frozenset(
    (
        *("chaos.social", "fosstodon.org", "hachyderm.io", "infosec.exchange", "mas.to"),
        *("mastodon.art", "mastodon.cloud", "mastodon.online", "mastodon.social", "mastodon.world"),
        *("masto.ai", "mathstodon.xyz", "misskey.io", "mstdn.jp", "mstdn.social", "piaille.fr"),
        *("pixelfed.social", "sfba.social", "techhub.social", "universeodon.com"),
    )
)
"""Large servers, whose bare names people type for an account's."""

FILE_ENDINGS: Final = frozenset(
    (
        *("bat", "bin", "cfg", "conf", "cpp", "css", "csv", "doc", "docx", "exe", "gif", "html"),
        *("ini", "jpeg", "jpg", "js", "json", "jsx", "log", "md", "pdf", "php", "png", "py", "rb"),
        *("rs", "sh", "sql", "svg", "tar", "toml", "ts", "tsx", "txt", "xls", "xlsx", "xml"),
        *("yaml", "yml", "zip"),
    )
)
"""Endings of files; a handle on such a domain is written with its `@`."""

_OTHERS: Final = frozenset(
    (
        *("bsky.app", "discord.com", "facebook.com", "fb.com", "flipboard.com", "github.com"),
        *("gitlab.com", "google.com", "instagram.com", "linkedin.com", "medium.com"),
        *("patreon.com", "pinterest.com", "reddit.com", "snapchat.com", "soundcloud.com"),
        *("spotify.com", "substack.com", "t.co", "t.me", "telegram.me", "threads.com"),
        *("threads.net", "tiktok.com", "tumblr.com", "twitch.tv", "twitter.com", "vk.com"),
        *("weibo.com", "whatsapp.com", "wikipedia.org", "x.com", "youtu.be", "youtube.com"),
    )
)
"""Sites of other networks, some of which have pages like the fediverse's (`/@name`)."""

_MAIL: Final = frozenset(
    (
        *("aim.com", "aol.com", "bluewin.ch", "fastmail.com", "free.fr", "gmail.com"),
        *("googlemail.com", "icloud.com", "laposte.net", "mac.com", "mail.com", "mail.ru"),
        *("me.com", "msn.com", "naver.com", "neuf.fr", "orange.fr", "pm.me", "posteo.de"),
        *("proton.me", "protonmail.com", "qq.com", "sfr.fr", "t-online.de", "tuta.com"),
        *("tutanota.com", "videotron.ca", "wanadoo.fr", "web.de", "zoho.com", "126.com", "163.com"),
    )
)
_MAIL_ANYWHERE: Final = re.compile(
    r"(?:gmx|hotmail|live|outlook|yahoo|yandex|ymail)\.[a-z.]{2,7}", re.ASCII
)


def is_mail(host: str) -> bool:
    """Whether a host is one of the large providers of mail."""
    return host in _MAIL or _MAIL_ANYWHERE.fullmatch(host) is not None


def is_other_network(host: str) -> bool:
    """Whether a host is the site of a network other than the fediverse, or a part of one."""
    labels = host.split(".")
    return any(".".join(labels[start:]) in _OTHERS for start in range(len(labels) - 1))
