"""Slack as a real HTTP server on this machine, with the rules and the manners of the real one."""

from __future__ import annotations

import itertools
import json
import re
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, Self
from urllib.parse import parse_qs, urlsplit

from aiops_tui.slack.validator import MOST_CHARACTERS, MOST_TEXT, block_errors, characters

Mode = Literal[
    "well",
    "slow",
    "drop_before",
    "drop_after",
    "limited",
    "broken",
    "html",
    "redirect",
    "odd",
    "no_native",
    "no_blocks",
]
"""How it behaves towards posts: ``slow`` posts and answers only when closed, ``drop_…`` closes the connection before or
after posting, ``html`` is a proxy's page with status 200, ``odd`` is JSON that is no object. ``no_native`` is a
workspace without the newest blocks, ``no_blocks`` refuses every layout."""

UploadMode = Literal["well", "refused", "never"]
"""How it behaves towards files: ``never`` takes them and shows none."""

Json = Mapping[str, object]

MOST_UPDATE = 4000
"""Slack refuses a longer ``text`` in an update."""


@dataclass(frozen=True)
class Channel:
    """A channel and the bot's place in it."""

    id: str
    name: str
    member: bool = True
    archived: bool = False
    external: bool = False
    private: bool = False


@dataclass(frozen=True)
class Posted:
    """A message as it stands in a channel."""

    channel: str
    ts: str
    body: Json
    thread: str | None = None
    file: bytes | None = None

    @property
    def text(self) -> str:
        """The message's text."""
        return str(self.body.get("text", ""))


@dataclass(frozen=True)
class _Answer:
    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


class FakeSlack:
    """A workspace with channels, one bot token and one webhook; ``posted`` and ``requests`` tell what happened."""

    token = "xoxb-1234567890-AbCdEfGh"

    def __init__(self) -> None:
        self.mode: Mode = "well"
        self.scopes = "chat:write,files:write"
        self.error: str | None = None
        self.uploads: UploadMode = "well"
        self.uploads_to = ""
        """Where it says that pictures go, if not here."""
        self.files: dict[str, bytes] = {}
        self.deleted: list[Posted] = []
        self.redirect_to = ""
        self.retry_after = "30"
        self.gap_seconds = 0.0
        """Messages that a channel gets sooner than this after the one before are refused."""
        self.clock = 1_700_000_000.0
        self.posted: list[Posted] = []
        self.requests: list[str] = []
        self.channels = {
            "ops": Channel("C0PS000001", "ops"),
            "elsewhere": Channel("C0ELSE0001", "elsewhere", member=False),
            "old": Channel("C00LD00001", "old", archived=True),
            "partners": Channel("C0PART0001", "partners", external=True),
            "secret": Channel("C0SECRET01", "secret", member=False, private=True),
        }
        self._numbers = itertools.count(1)
        self._leaving = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        self._server.shutdown()
        self.close()
        self._thread.join()

    def close(self) -> None:
        """Give the port back; leaving the context does."""
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def api_url(self) -> str:
        """The base of the API's methods."""
        return f"{self.url}/api/"

    @property
    def webhook_url(self) -> str:
        """The secret address of the webhook, which posts to ``ops``."""
        return f"{self.url}/services/T0001/B0001/WebhookSecret123"

    def archive(self, name: str) -> None:
        """Archive a channel."""
        self.channels[name] = replace(self.channels[name], archived=True)

    def answer(self, path: str, authorization: str, body: bytes) -> _Answer | None:
        """Return the answer to a request, None where the connection is to be dropped."""
        self.requests.append(path)
        posts = path == "/api/chat.postMessage" or path.startswith("/services/")
        if posts and self.mode not in {"well", "no_native", "no_blocks"}:
            return self._misbehave(path, authorization, body)
        return self._behave(path, authorization, body)

    def _misbehave(self, path: str, authorization: str, body: bytes) -> _Answer | None:
        match self.mode:
            case "slow":
                answer = self._behave(path, authorization, body)
                self._leaving.wait()
                return answer
            case "drop_before":
                return None
            case "drop_after":
                self._behave(path, authorization, body)
                return None
            case "limited":
                return self._limited()
            case "broken":
                return _Answer(500, "upstream failed")
            case "redirect":
                return _Answer(302, "", {"Location": self.redirect_to})
            case "odd":
                return _Answer(200, "[1]")
            case _:
                return _Answer(200, "<html><body>Welcome to the hotel network</body></html>")

    def _behave(self, path: str, authorization: str, body: bytes) -> _Answer:
        if path.startswith("/services/"):
            return self._webhook(path, body)
        if path.startswith("/upload/"):
            return self._take_bytes(path.removeprefix("/upload/"), authorization, body)
        headers = {"x-oauth-scopes": self.scopes}
        error = self.error or self._who(authorization)
        if error:
            return _json({"ok": False, "error": error}, headers)
        match path:
            case "/api/auth.test":
                who = {"team": "Acme", "user": "aiops", "user_id": "U0BOT", "bot_id": "B0BOT"}
                return _json({"ok": True, **who}, headers)
            case "/api/chat.postMessage":
                return self._post(_object(body), headers)
            case "/api/chat.getPermalink":
                return self._permalink(_form(body), headers)
            case "/api/chat.update":
                return self._update(_object(body), headers)
            case "/api/chat.delete":
                return self._delete(_object(body), headers)
            case "/api/conversations.info" | "/api/conversations.list":
                return self._conversations(path, _form(body), headers)
            case "/api/files.getUploadURLExternal" | "/api/files.completeUploadExternal" | "/api/files.delete":
                return self._file(path.rpartition(".")[2], body, headers)
            case _:
                return _json({"ok": False, "error": "unknown_method"}, headers)

    def _who(self, authorization: str) -> str:
        if not authorization:
            return "not_authed"
        return "" if authorization == f"Bearer {self.token}" else "invalid_auth"

    def _post(self, body: Json, headers: Mapping[str, str]) -> _Answer:
        lacking = self._lacking("chat:write", headers)
        if lacking is not None:
            return lacking
        channel = self._channel(str(body.get("channel", "")))
        if channel is None or (channel.private and not channel.member):
            return _json({"ok": False, "error": "channel_not_found"}, headers)
        refused = self._channel_error(channel) or self._content_error(body) or self._thread_error(channel, body)
        if refused:
            return _json({"ok": False, **refused}, headers)
        if self._too_soon(channel):
            return self._limited()
        posted = self._store(channel, body)
        return _json({"ok": True, "channel": channel.id, "ts": posted.ts, "message": body}, headers)

    def _webhook(self, path: str, body: bytes) -> _Answer:
        if self.error:
            return _Answer(403, self.error)
        if not self.webhook_url.endswith(path):
            return _Answer(404, "no_service")
        channel = self.channels["ops"]
        if channel.archived:
            return _Answer(410, "channel_is_archived")
        content = _object(body)
        if not content:
            return _Answer(400, "invalid_payload")
        refused = self._content_error(content)
        if refused:
            return _Answer(400, str(refused["error"]))
        if self._too_soon(channel):
            return self._limited()
        self._store(channel, content)
        return _Answer(200, "ok")

    def _content_error(self, body: Json) -> Json:
        blocks = body.get("blocks") or []
        text = body.get("text", "")
        if not isinstance(text, str) or not (text or blocks):
            return {"error": "no_text"}
        if len(text) > MOST_TEXT:
            return {"error": "msg_too_long"}
        errors = block_errors(blocks) or self._too_new(blocks)
        if errors:
            messages = [f"[ERROR] {error}" for error in errors]
            return {"error": "invalid_blocks", "errors": errors, "response_metadata": {"messages": messages}}
        return {"error": "msg_blocks_too_long"} if characters(blocks) > MOST_CHARACTERS else {}

    def _permalink(self, query: Mapping[str, str], headers: Mapping[str, str]) -> _Answer:
        for posted in self.posted:
            if (posted.channel, posted.ts) == (query.get("channel"), query.get("message_ts")):
                link = f"https://acme.slack.com/archives/{posted.channel}/p{posted.ts.replace('.', '')}"
                return _json({"ok": True, "channel": posted.channel, "permalink": link}, headers)
        return _json({"ok": False, "error": "message_not_found"}, headers)

    def _channel(self, asked: str) -> Channel | None:
        by_id = {channel.id: channel for channel in self.channels.values()}
        return by_id.get(asked) or self.channels.get(asked.removeprefix("#"))

    def _too_soon(self, channel: Channel) -> bool:
        last = next(
            (int(posted.ts.split(".")[0]) for posted in reversed(self.posted) if posted.channel == channel.id), None
        )
        return last is not None and self.clock - last < self.gap_seconds

    def _limited(self) -> _Answer:
        return _json({"ok": False, "error": "ratelimited"}, {"Retry-After": self.retry_after}, status=429)

    def _store(self, channel: Channel, body: Json) -> Posted:
        return self._show(channel.id, body, str(body.get("thread_ts") or "") or None)

    def _show(self, channel: str, body: Json, thread: str | None, file: bytes | None = None) -> Posted:
        posted = Posted(channel, f"{self.clock:.0f}.{next(self._numbers):06}", body, thread, file)
        self.posted.append(posted)
        return posted

    def _find(self, channel: object, ts: object) -> Posted | None:
        return next((posted for posted in self.posted if (posted.channel, posted.ts) == (channel, ts)), None)

    def _channel_error(self, channel: Channel) -> Json:
        if channel.archived:
            return {"error": "is_archived"}
        anywhere = "chat:write.public" in self.scopes.split(",") and not channel.private
        return {} if channel.member or anywhere else {"error": "not_in_channel"}

    def _thread_error(self, channel: Channel, body: Json) -> Json:
        thread = body.get("thread_ts")
        if thread is None:
            return {}
        first = self._find(channel.id, thread)
        if first is None:
            return {"error": "thread_not_found"}
        return {"error": "cannot_reply_to_message"} if first.thread is not None else {}

    def _too_new(self, blocks: object) -> list[str]:
        assert isinstance(blocks, list)
        for place, block in enumerate(blocks):
            newest = block.get("type") in {"data_visualization", "data_table"}
            if self.mode == "no_blocks" or (self.mode == "no_native" and newest):
                return [f"unsupported type: {block.get('type')} [json-pointer:/blocks/{place}/type]"]
        return []

    def _update(self, body: Json, headers: Mapping[str, str]) -> _Answer:
        found = self._find(body.get("channel"), body.get("ts"))
        if found is None:
            return _json({"ok": False, "error": "message_not_found"}, headers)
        if len(str(body.get("text", ""))) > MOST_UPDATE:
            return _json({"ok": False, "error": "msg_too_long"}, headers)
        refused = self._content_error(body)
        if refused:
            return _json({"ok": False, **refused}, headers)
        self.posted[self.posted.index(found)] = replace(found, body={**found.body, **body})
        return _json({"ok": True, "channel": found.channel, "ts": found.ts}, headers)

    def _delete(self, body: Json, headers: Mapping[str, str]) -> _Answer:
        found = self._find(body.get("channel"), body.get("ts"))
        if found is None:
            return _json({"ok": False, "error": "message_not_found"}, headers)
        self.posted.remove(found)
        self.deleted.append(found)
        return _json({"ok": True, "channel": found.channel, "ts": found.ts}, headers)

    def _lacking(self, scope: str, headers: Mapping[str, str]) -> _Answer | None:
        if scope in self.scopes.split(","):
            return None
        return _json({"ok": False, "error": "missing_scope", "needed": scope, "provided": self.scopes}, headers)

    def _conversations(self, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> _Answer:
        lacking = self._lacking("channels:read", headers)
        if lacking is not None:
            return lacking
        told = [
            {"id": each.id, "name": each.name, "is_member": each.member, "is_ext_shared": each.external,
             "is_archived": each.archived}
            for each in self.channels.values() if not each.private
        ]  # fmt: skip
        if path.endswith("list"):
            return _json({"ok": True, "channels": told, "response_metadata": {"next_cursor": ""}}, headers)
        found = next((each for each in told if each["id"] == query.get("channel")), None)
        return _json({"ok": True, "channel": found} if found else {"ok": False, "error": "channel_not_found"}, headers)

    def _file(self, method: str, body: bytes, headers: Mapping[str, str]) -> _Answer:
        lacking = self._lacking("files:write", headers)
        if lacking is not None:
            return lacking
        if self.uploads == "refused":
            return _json({"ok": False, "error": "file_uploads_disabled"}, headers)
        if method == "getUploadURLExternal":
            query = _form(body)
            if not query.get("filename") or not query.get("length", "").isdecimal():
                return _json({"ok": False, "error": "invalid_arguments"}, headers)
            name = f"F{next(self._numbers):08}"
            self.files[name] = b""
            url = f"{self.uploads_to or self.url}/upload/{name}.{query['length']}"
            return _json({"ok": True, "upload_url": url, "file_id": name}, headers)
        content = _object(body)
        if method == "delete":
            name = str(content.get("file"))
            self.posted = [each for each in self.posted if not (each.file and each.file == self.files.get(name))]
            return _json({"ok": self.files.pop(name, None) is not None}, headers)
        return self._complete_upload(content, headers)

    def _take_bytes(self, name: str, authorization: str, body: bytes) -> _Answer:
        file, _, length = name.partition(".")
        if authorization or file not in self.files or len(body) != int(length):
            return _Answer(400, "no such upload")
        self.files[file] = body
        return _Answer(200, f"OK - {length}")

    def _complete_upload(self, content: Json, headers: Mapping[str, str]) -> _Answer:
        files, channel = content.get("files"), str(content.get("channel_id"))
        if not isinstance(files, list) or not re.fullmatch("[CGDZ][A-Z0-9]{8,}", channel):
            return _json({"ok": False, "error": "invalid_channel"}, headers)
        if any("alt_txt" in each for each in files):
            return _json({"ok": True, "files": files}, headers)  # and nothing is ever shown
        thread = str(content.get("thread_ts") or "") or None
        if self.uploads != "never":
            for each in files:
                self._show(channel, {"text": str(each.get("title", ""))}, thread, self.files[str(each["id"])])
        return _json({"ok": True, "files": files}, headers)


def _json(body: Json, headers: Mapping[str, str], status: int = 200) -> _Answer:
    return _Answer(status, json.dumps(body), {"Content-Type": "application/json; charset=utf-8", **headers})


def _form(body: bytes) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


def _object(body: bytes) -> Json:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, slack: FakeSlack) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.slack = slack


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Answer, or drop the connection."""
        assert isinstance(self.server, _Server)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        answer = self.server.slack.answer(urlsplit(self.path).path, self.headers.get("Authorization", ""), body)
        if answer is None:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        content = answer.body.encode()
        try:
            self.send_response(answer.status)
            for name, value in {"Content-Type": "text/html", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # the client has given up waiting

    def do_GET(self) -> None:
        """Answer alike: a redirect that is followed comes as GET."""
        self.do_POST()

    def log_message(self, *_: object) -> None:
        """Print nothing."""
