"""Settings come from the right place, what is wrong is said, and secrets stay sealed."""

from __future__ import annotations

import copy
import json
import os
import pickle
import pwd
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from aiops_tui.config import ConfigError, Secret, Settings, WebSettings, load_settings, load_web, read_sources
from aiops_tui.config.settings import VARIABLES
from aiops_tui.config.web import OF_PLATFORMS
from aiops_tui.model.panels import Notice
from aiops_tui.text.translations import Translator

ROOT = Path(__file__).parent.parent
PASSWORD = "tr0ub4dor"
URL = f"postgresql://me:{PASSWORD}@db.example/prod"


class Place:
    """A directory with the files that settings are read from, and an environment."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.toml_path = directory / "config.toml"
        self.environ: dict[str, str] = {"AIOPS_CONFIG": str(self.toml_path)}
        self.toml("")

    def write(self, name: str, text: str | bytes, mode: int = 0o600) -> Path:
        path = self.directory / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.chmod(mode)
        return path

    def toml(self, text: str) -> None:
        self.write("config.toml", text)

    def dotenv(self, text: str | bytes, mode: int = 0o600) -> Path:
        return self.write(".env", text, mode)

    def load(self, **flags: object) -> Settings:
        return load_settings(flags, self.environ, self.directory)

    def load_web(self, **flags: object) -> WebSettings:
        return load_web(flags, read_sources(self.environ, self.directory), self.directory)

    def refusal(self, **flags: object) -> Notice:
        with pytest.raises(ConfigError) as error:
            self.load(**flags)
        return error.value.notice


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def ids(settings: Settings) -> list[str]:
    return [notice.id for notice in settings.notices]


def said(settings: Settings) -> str:
    return "\n".join(Translator("en").notice(notice) for notice in settings.notices)


def test_defaults(place: Place) -> None:
    settings = place.load()
    assert settings.database_url.reveal() == "sqlite:///./local.db"
    assert (settings.timezone, settings.naive_timezone, settings.interval) == ("Asia/Seoul", "UTC", 5.0)
    assert (settings.language, settings.theme, settings.mouse, settings.profile) == ("en", "dark", True, None)
    assert (settings.connect_timeout, settings.statement_timeout, settings.lock_timeout) == (10.0, 30.0, 0.5)
    assert (settings.tail_keys, settings.tail_seconds, settings.log_files) == (20_000, 600.0, ())
    assert (settings.slack_bot_token, settings.slack_webhook_url, settings.slack_channel) == (None, None, None)
    assert (settings.slack_api_url, settings.dashboard_url) == ("https://slack.com/api/", None)
    assert settings.sentiment_aliases["positive"] == ("긍정", "positive", "pos")
    assert settings.state_dir.name == "aiops-tui"
    assert settings.notices == ()


def test_each_source_goes_before_the_next(place: Place) -> None:
    place.toml('tz = "UTC"\nchannel = "toml"')
    assert place.load().timezone == "UTC"
    place.dotenv("AIOPS_TZ=Asia/Tokyo\nSLACK_CHANNEL=dotenv")
    assert place.load().timezone == "Asia/Tokyo"
    assert place.load().slack_channel == "dotenv"  # although AIOPS_CHANNEL goes before SLACK_CHANNEL in one source
    place.environ["AIOPS_TZ"] = "Asia/Kolkata"
    assert place.load().timezone == "Asia/Kolkata"
    assert place.load(timezone="Europe/Paris").timezone == "Europe/Paris"
    assert place.load(timezone=None).timezone == "Asia/Kolkata"
    place.environ["AIOPS_TZ"] = ""
    assert place.load().timezone == "Asia/Tokyo"


def test_all_settings_can_be_keys_of_the_file(place: Place) -> None:
    place.toml(
        """
        database_url = "sqlite:///x.db"
        profile = "backend"
        lang = "KO"
        theme = "light"
        mouse = false
        interval = 2
        log_file = ["a.log", "/var/log/b.log"]
        statement_timeout = 12.5
        tail_keys = 500
        slack_bot_token = "xoxb-1"
        slack_channel = "#ops"
        slack_webhook_url = "https://hooks.slack.com/services/T/B/x"
        slack_api_url = "http://127.0.0.1:8080/api"
        dashboard_url = "https://dash.example/x?y=1"
        state_dir = "state"
        [sentiment_aliases]
        positive = ["Happy", "neu"]
        """
    )
    settings = place.load()
    assert settings.notices == ()
    assert settings.database_url == Secret("sqlite:///x.db")
    assert (settings.profile, settings.language, settings.theme, settings.mouse) == ("backend", "ko", "light", False)
    assert (settings.interval, settings.statement_timeout, settings.tail_keys) == (2.0, 12.5, 500)
    assert settings.log_files == (place.directory / "a.log", Path("/var/log/b.log"))
    assert settings.slack_bot_token == Secret("xoxb-1")
    assert settings.slack_webhook_url == Secret("https://hooks.slack.com/services/T/B/x")
    assert (settings.slack_channel, settings.slack_api_url) == ("#ops", "http://127.0.0.1:8080/api/")
    assert (settings.dashboard_url, settings.state_dir) == ("https://dash.example/x?y=1", place.directory / "state")
    assert settings.sentiment_aliases["positive"] == ("긍정", "positive", "pos", "happy", "neu")
    assert settings.sentiment_aliases["neutral"] == ("중립", "neutral")


def test_lists_in_the_environment(place: Place) -> None:
    place.environ["AIOPS_LOG_FILE"] = os.pathsep.join(["a.log", "b.log"])
    place.environ["AIOPS_SENTIMENT_ALIASES"] = "positive=만족, Happy; negative=불만"
    settings = place.load()
    assert settings.log_files == (place.directory / "a.log", place.directory / "b.log")
    assert settings.sentiment_aliases["positive"][-2:] == ("happy", "만족")
    assert settings.sentiment_aliases["negative"][-1] == "불만"
    assert place.load(log_files=("c.log",)).log_files == (place.directory / "c.log",)


def test_the_language_is_the_locales_unless_it_is_said(place: Place) -> None:
    place.environ["LANG"] = "ko_KR.UTF-8"
    assert place.load().language == "ko"
    place.environ["AIOPS_LANG"] = "en"
    assert place.load().language == "en"


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        ({"interval": 0.5}, "config.bad_number"),
        ({"interval_idle": 0}, "config.bad_number"),
        ({"interval": "3601"}, "config.bad_number"),
        ({"interval": "nan"}, "config.bad_number"),
        ({"interval": "fast"}, "config.bad_number"),
        ({"interval": True}, "config.bad_number"),
        ({"timezone": "Seoul"}, "config.bad_timezone"),
        ({"timezone": "Asia"}, "config.bad_timezone"),
        ({"timezone": "../../etc/passwd"}, "config.bad_timezone"),
        ({"timezone": "x" * 5000}, "config.bad_timezone"),
        ({"timezone": "KST\x1b[2J\x00"}, "config.bad_timezone"),
        ({"language": "de"}, "config.bad_choice"),
        ({"theme": "blue"}, "config.bad_choice"),
        ({"mouse": "perhaps"}, "config.bad_switch"),
        ({"log_files": 3}, "config.bad_paths"),
        ({"state_dir": []}, "config.not_text"),
        ({"sentiment_aliases": "joyful=yes"}, "config.bad_aliases"),
        ({"sentiment_aliases": {"positive": "yes"}}, "config.bad_aliases"),
        ({"database_url": [URL]}, "config.not_text"),
    ],
)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_is_wrong_is_said_with_where(place: Place, flags: dict[str, object], problem: str, language: str) -> None:
    notice = place.refusal(**flags)
    assert notice.id == problem
    sentence = Translator(language).notice(notice)
    assert str(notice.values["origin"]).startswith("--") and str(notice.values["origin"]) in sentence
    assert PASSWORD not in sentence and sentence.isprintable() and len(sentence) < 300
    assert not re.search(r"{\w+}", sentence)


def test_the_origin_is_the_name_that_was_used(place: Place) -> None:
    assert place.refusal(timezone="x").values["origin"] == "--tz"
    place.toml("tz = 'x'")
    assert place.load().notices[0].values["origin"] == "tz (config.toml)"
    place.dotenv("AIOPS_TZ=x")
    assert place.refusal().values["origin"] == "AIOPS_TZ (.env)"
    place.environ["AIOPS_TZ"] = "x"
    assert place.refusal().values["origin"] == "AIOPS_TZ"


def test_dotenv_is_taken_as_it_is_written(place: Place) -> None:
    place.dotenv("\ufeffexport SLACK_CHANNEL='#운영'\r\nDATABASE_URL=\"sqlite:///${HOME}/$x.db\" # ours\nEMPTY\n")
    settings = place.load()
    assert settings.slack_channel == "#운영"
    assert settings.database_url.reveal() == "sqlite:///${HOME}/$x.db"
    assert settings.notices == ()


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_dotenv_that_others_can_write_is_not_read(place: Place, mode: int) -> None:
    place.dotenv("SLACK_CHANNEL=evil", mode)
    settings = place.load()
    assert settings.slack_channel is None
    assert ids(settings) == ["config.file_writable"]
    assert str(place.directory / ".env") in said(settings)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_dotenv_of_somebody_else_is_not_read(place: Place) -> None:
    os.chown(place.dotenv("SLACK_CHANNEL=evil"), 12_345, -1)
    settings = place.load()
    assert settings.slack_channel is None
    assert ids(settings) == ["config.file_foreign"]


def test_a_broken_line_of_dotenv_is_named_and_the_rest_read(place: Place, capfd: pytest.CaptureFixture[str]) -> None:
    place.dotenv(f"SLACK_CHANNEL=ops\nnot a = line {PASSWORD}\nAIOPS_TZ=UTC")
    settings = place.load()
    assert (settings.slack_channel, settings.timezone) == ("ops", "UTC")
    assert settings.notices[0].values["line"] == "2"
    assert PASSWORD not in said(settings)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00A", b"A=" + b"x" * 1_000_001])
def test_dotenv_that_is_no_text_is_not_read(place: Place, content: bytes) -> None:
    place.dotenv(content)
    assert ids(place.load()) == ["config.file_not_text"]


def test_a_folder_or_a_pipe_is_no_dotenv(place: Place) -> None:
    (place.directory / ".env").mkdir()
    assert place.load().notices == ()
    (place.directory / ".env").rmdir()
    os.mkfifo(place.directory / ".env", 0o600)
    assert ids(place.load()) == ["config.file_not_text"]


@pytest.mark.parametrize(
    ("text", "line"),
    [("tz = 'UTC'\ninterval = = 3\n", "2"), ("tz = 'UTC'\nlog_file = [", "2"), ("a = 1" + "0" * 5000, "1")],
)
def test_a_broken_file_is_said_and_the_rest_works(place: Place, text: str, line: str) -> None:
    place.toml(text)
    place.environ["AIOPS_INTERVAL"] = "7"
    settings = place.load()
    assert (settings.timezone, settings.interval) == ("Asia/Seoul", 7.0)
    assert ids(settings) == ["config.toml_broken"]
    assert settings.notices[0].values["line"] == line
    assert settings.notices[0].values["reason"]


def test_a_wrong_value_in_the_file_is_said_and_the_rest_works(place: Place) -> None:
    place.toml("interval = 'soon'\nlanguage = 'ko'\ntheme = 'pink'\ntz = 'UTC'")
    settings = place.load()
    assert (settings.interval, settings.timezone, settings.theme) == (5.0, "UTC", "dark")
    assert {str(notice.values["origin"]) for notice in settings.notices if "origin" in notice.values} == {
        "interval (config.toml)", "theme (config.toml)",
    }  # fmt: skip


def test_keys_of_ones_own_are_read_and_what_is_no_key_is_told(place: Place) -> None:
    place.toml('[keys]\nshare = "ctrl+s"\nearlier = ["h", ","]\npause = []\nlater = 3\nnow = [1]\n')
    settings = place.load()
    assert settings.keys == {"share": ("ctrl+s",), "earlier": ("h", ","), "pause": ()}
    assert ids(settings) == ["config.bad_key", "config.bad_key"]
    assert "later" in said(settings)
    place.toml('keys = "x"')
    assert place.load().keys == {}
    place.environ["AIOPS_KEYS"] = "share=ctrl+s;earlier=h,comma"
    assert place.load().keys == {"share": ("ctrl+s",), "earlier": ("h", "comma")}


def test_a_key_that_means_nothing_is_said(place: Place) -> None:
    place.toml("intervall = 3\nfilter = 'topic:환불'\n")
    settings = place.load()
    assert [(notice.id, notice.values["key"]) for notice in settings.notices] == [("config.unknown_key", "intervall")]


def test_a_file_that_was_named_must_be_there(place: Place) -> None:
    place.environ["AIOPS_CONFIG"] = "elsewhere.toml"
    assert place.refusal().id == "config.no_file"


def test_the_usual_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "aiops-tui").mkdir()
    (tmp_path / "aiops-tui" / "config.toml").write_text("interval = 9")
    (tmp_path / "aiops-tui" / "config.toml").chmod(0o600)
    assert load_settings({}, {}, tmp_path).interval == 9.0


def test_a_user_of_a_service_has_no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(uid: int) -> None:
        raise KeyError(uid)

    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with pytest.raises(ConfigError) as error:
        load_settings({}, {}, tmp_path)
    assert "AIOPS_STATE_DIR" in Translator("en").notice(error.value.notice)
    assert load_settings({}, {"AIOPS_STATE_DIR": "/var/lib/aiops"}, tmp_path).state_dir == Path("/var/lib/aiops")


def test_options_of_commands_are_read_alike(place: Place) -> None:
    place.toml("filter = 'topic:환불'\nrows = 5")
    place.environ["AIOPS_DRY_RUN"] = "1"
    sources = read_sources(place.environ, place.directory)
    assert sources.option("filter") == "topic:환불"
    assert sources.option("rows") == 5
    assert sources.option("dry-run") == "1"
    assert sources.option("tab") is None


@pytest.mark.parametrize(
    ("url", "visible"),
    [
        (URL, True),
        ("postgres://me:p/w@host/db", True),
        ("postgresql://host/db?user=me&password=x", True),
        ("postgresql://me@host:5432/db", False),
        ("postgresql:///db", False),
        ("sqlite:///C:/x@y.db", False),
    ],
)
def test_a_password_on_the_command_line_is_warned_of(place: Place, url: str, visible: bool) -> None:
    assert ("config.password_visible" in ids(place.load(database_url=url))) is visible
    place.environ["DATABASE_URL"] = url
    assert ids(place.load()) == []


SAFE = [
    "https://x.example",
    "https://x.example:8443/a?b",
    "http://localhost:80/",
    "http://127.0.0.1",
    "http://[::1]:9/",
]
UNSAFE = [
    "http://x.example", "ftp://x.example", "https://", "https://me@x.example", "https://me:pw@x.example/",
    "https://x.example:port/", "https://x.exa\nmple", "https://x .example", "https://[::1", "x.example",
    "http://127.0.0.1.evil.example", "http://localhost@evil.example", "http://10.0.0.5:8501",
]  # fmt: skip


@pytest.mark.parametrize("address", SAFE)
def test_safe_addresses(place: Place, address: str) -> None:
    settings = place.load(slack_api_url=address, dashboard_url=address, slack_webhook_url=address)
    assert settings.slack_api_url == address.rstrip("/") + "/"
    assert (settings.dashboard_url, settings.slack_webhook_url) == (address, Secret(address))


@pytest.mark.parametrize("address", UNSAFE)
def test_unsafe_addresses(place: Place, address: str) -> None:
    notice = place.refusal(slack_api_url=address)
    assert notice == Notice("config.bad_address", {"origin": "--slack-api-url"})
    settings = place.load(dashboard_url=address, slack_webhook_url=address)
    assert (settings.dashboard_url, settings.slack_webhook_url) == (None, None)
    assert ids(settings) == ["config.malformed_slack_webhook_url", "config.malformed_dashboard_url"]
    assert address not in said(settings)


@pytest.mark.parametrize("token", ["xoxb-1\n", "xoxb-1\nx", "xoxb 1", "xoxb-é", "xoxb-\x7f", 5])
def test_a_malformed_token_is_left_out_and_not_shown(place: Place, token: object) -> None:
    settings = place.load(slack_bot_token=token)
    assert settings.slack_bot_token is None
    assert ids(settings) == ["config.malformed_slack_bot_token"]
    assert "xoxb" not in said(settings)


def test_secrets_stay_sealed(place: Place) -> None:
    settings = place.load(database_url=URL, slack_bot_token=PASSWORD, slack_webhook_url=f"https://x.example/{PASSWORD}")
    secret = settings.database_url
    assert secret.reveal() == URL
    shown = [repr(settings), str(asdict(settings)), f"{secret} {secret!r} {secret:>30} %s" % secret, said(settings)]
    shown += [json.dumps(asdict(settings), default=str), repr(copy.deepcopy(settings)), str(dir(secret))]
    assert not [text for text in shown if PASSWORD in text]
    assert not hasattr(secret, "__dict__")
    for attempt in (pickle.dumps, json.dumps):
        with pytest.raises(TypeError):
            attempt(secret)
    assert secret == Secret(URL) != Secret("other") and len({secret, Secret(URL)}) == 1


def test_the_example_names_every_variable_and_no_other() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^#([A-Z_]+)=", text, re.MULTILINE))
    known = {[name for name in names if name not in OF_PLATFORMS][-1] for names in VARIABLES.values()}
    assert named == known | {"AIOPS_CONFIG"}


def test_the_example_is_valid_and_states_the_defaults(place: Place) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    place.dotenv(re.sub(r"^#(?=[A-Z_]+=)", "", example, flags=re.MULTILINE))
    written, served = place.load(), place.load_web()
    (place.directory / ".env").unlink()
    plain = place.load()
    assert (written.share, served) == (plain.share, place.load_web())
    for name in set(VARIABLES) - {"log_files", "log_commands", "log_tables", "log_streams", "sentiment_aliases"}:
        if not name.startswith(("share_", "web_")):
            assert getattr(written, name) == getattr(plain, name), name


def test_a_table_of_the_file_holds_what_is_shared(place: Place) -> None:
    place.toml('[share]\nredact = ["users"]\nchannels = "#ops, C0PS000001"\nkeep_days = 3\nthread = false')
    share = place.load().share
    assert (set(share.redact), share.channels) == ({"users"}, ("#ops", "C0PS000001"))
    assert (share.keep_days, share.thread, share.form) == (3, False, "native")
    place.toml("[share]\nredact = 'none'")
    assert place.load().share.redact == frozenset()
    place.toml("[share]\nredact = 'nobody'")
    settings = place.load()
    assert settings.share.redact == {"users", "texts", "contacts"}, "what cannot be understood gives nothing away"
    assert ids(settings) == ["config.bad_choice"]


def test_settings_are_light() -> None:
    heavy = ["pydantic", "textual", "polars", "sqlalchemy", "slack_sdk", "dotenv", "platformdirs", "click"]
    code = f"import sys, aiops_tui.config, aiops_tui.text.formats; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip() == "[]"


def test_a_server_is_told_by_its_platform_where_it_is(place: Place) -> None:
    place.environ |= {"PORT": "8080", "RENDER_EXTERNAL_URL": "https://ops.onrender.com"}
    web = place.load_web()
    assert (web.port, web.url, web.exposed, web.path) == (8080, "https://ops.onrender.com", True, "")
    place.environ |= {"AIOPS_PORT": "9000", "AIOPS_WEB_URL": "https://ops.example/console/"}
    web = place.load_web()
    assert (web.port, web.path) == (9000, "/console")
    assert place.load_web(web_port="1").port == 1
    place.environ["PORT"] = "none of ours"
    assert place.load().interval == 5, "other commands do not care"


@pytest.mark.parametrize(
    ("flags", "exposed"),
    [({}, False), ({"web_host": "127.0.0.2"}, False), ({"web_host": "::1"}, False), ({"web_host": "localhost"}, False),
     ({"web_host": "0.0.0.0"}, True), ({"web_host": "::"}, True), ({"web_host": "10.0.0.1"}, True),
     ({"web_url": "https://ops.example"}, True), ({"web_url": "http://localhost:9000"}, False),
     ({"web_hosts": "ops.example"}, True)],
)  # fmt: skip
def test_what_others_can_reach_is_known(place: Place, flags: dict[str, object], exposed: bool) -> None:
    assert place.load_web(**flags).exposed is exposed
