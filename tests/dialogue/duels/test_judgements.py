"""What people said as a file: a thousand judgements, with names and without, through evaluate."""

import csv
import io
import json
import random
from datetime import timedelta
from pathlib import Path

import pytest

from operations.maintenance import judgement_dump
from operations.settings import StorageSettings
from playground.x.accounts import FixedWorld
from scoring.__main__ import look_ahead
from scoring.evaluation import evaluate
from scoring.evaluation.judgements import Judgements
from scoring.formulas import CURRENT
from scoring.score import score
from storage.accounts.readings import Readings
from storage.chats.places import Place
from storage.duels.duel_rows import NewDuel, Side
from storage.duels.votes import Ballot, Choice
from storage.engine.database import Database
from storage.stores import Stores
from tests.dialogue.conftest import Talk, prove
from tests.support.accounts import NOW, account

pytestmark = pytest.mark.usefixtures("hurried")
PAIRS = Path(__file__).parents[3] / ".." / "shared" / "data" / "influence_pairs.csv"
NAMES = [f"name_{n}" for n in range(20)]


@pytest.fixture
def duels() -> int:
    """How many pairs are judged, by ten of fifty people each."""
    return 40


@pytest.fixture
async def judged(talk: Talk, world: FixedWorld, duels: int) -> Stores:
    stores, chance = talk.application.services.stores, random.Random(4)  # noqa: S311
    for n, name in enumerate(NAMES):
        world.put(account(100 + n, name, followers=2_000 * (n + 1), listed=20 * (n + 1)))
    chat = talk.telegram.private_chat(talk.bob)
    for start in range(0, len(NAMES), 5):
        names = " ".join(f"@{name}" for name in NAMES[start : start + 5])
        await talk.say(talk.bob, chat, f"/klout {names}")
    readings = [await stores.readings.latest(name) for name in NAMES]
    sides = [
        Side(account_id=each.account_id, handle=each.handle, name="", score=each.score)
        for each in readings
        if each
    ]
    pairs = [(a, b) for n, a in enumerate(sides) for b in sides[n + 1 :]]
    choices: list[Choice] = ["left", "right", "close"]
    for number, (left, right) in enumerate(chance.sample(pairs, duels)):
        duel = await stores.duels.begin(
            NewDuel(
                place=Place(talk.group.id),
                language="en",
                left=left,
                right=right,
                network="x",
                formula="2026.2",
                claim=0.6,
                of_members=False,
                enough=10,
                made_at=NOW,
                closes_at=NOW + timedelta(days=1),
            ),
            most=999,
        )
        assert duel
        for seat in range(10):
            choice = choices[chance.choices((0, 1, 2), (5, 4, 1))[0]]
            voter = stores.voters.voter(number % 5 * 10 + seat)
            at = NOW + timedelta(seconds=20 + number % 5)
            await stores.votes.cast(Ballot(duel, voter, choice, 1, at, talk.group.id))
    return stores


async def written(database_url: str, *, facts_only: bool) -> str:
    out = io.StringIO()
    settings = StorageSettings(database_url=database_url)
    await judgement_dump.write(settings, out, facts_only=facts_only)
    return out.getvalue()


@pytest.mark.parametrize("duels", [100])
@pytest.mark.usefixtures("judged")
async def test_a_thousand_judgements_go_through_evaluate(
    talk: Talk, database_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "judgements.csv"
    path.write_text(await written(database_url, facts_only=False))
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    assert len(rows) == 1_000
    assert {row["Choice"] for row in rows} == {"1", "0", "0.5"}
    data = Judgements.read(path)
    assert sum(pair.weight for pair in data.pairs) <= 1_000
    assert len(set(data.accounts)) == len(NAMES)
    mine = json.loads(rows[0]["A_facts"])
    stored = await talk.application.services.stores.readings.latest(rows[0]["A_handle"])
    assert stored
    assert mine == stored.score.facts.to_json()
    seen = data.seen_by(CURRENT)
    assert score(stored.score.facts).score in {score(each).score for each in seen.people}
    result = evaluate(path)
    assert result["n"] == len(data.pairs) >= 1_000
    assert sum(each["n"] for each in result["bands"]) == result["n"]
    if PAIRS.exists():
        both = evaluate(PAIRS, path)
        assert both["n"] == result["n"] + len(Judgements.read(PAIRS).pairs)


@pytest.mark.usefixtures("judged")
async def test_facts_only_names_no_account_and_no_voter(
    talk: Talk, database_url: str, tmp_path: Path
) -> None:
    text = await written(database_url, facts_only=True)
    stores = talk.application.services.stores
    assert not any(name in text for name in NAMES)
    assert not any(stores.voters.voter(n) in text for n in range(50))
    path = tmp_path / "judgements.csv"
    path.write_text(text)
    assert len(set(Judgements.read(path).accounts)) == len(NAMES)


@pytest.mark.usefixtures("judged")
async def test_a_hidden_account_is_in_no_file(
    talk: Talk, database_url: str, world: FixedWorld
) -> None:
    await prove(talk, world, talk.ada, NAMES[3])
    await talk.say(talk.ada, talk.private, f"/hide @{NAMES[3]}")
    for facts_only in (False, True):
        rows = list(csv.DictReader(io.StringIO(await written(database_url, facts_only=facts_only))))
        assert 0 < len(rows) < 400
    assert f"{NAMES[3]}," not in await written(database_url, facts_only=False)


@pytest.mark.usefixtures("judged")
async def test_a_preview_holds_two_formulas_against_it(database_url: str, tmp_path: Path) -> None:
    path, candidate = tmp_path / "judgements.csv", tmp_path / "candidate.json"
    path.write_text(await written(database_url, facts_only=True))
    candidate.write_text(json.dumps({"name": "2027.1", "lists": 2.5}))
    looking = Database.look(database_url)  # as `bot.py receipts` does
    receipts = [line async for line in Readings(looking).receipts()]
    await looking.close()
    out = io.StringIO()
    assert look_ahead(candidate, [path], io.BytesIO("\n".join(receipts).encode()), out) == 0
    told = json.loads(out.getvalue())["judgements"]
    assert told["n"] >= 400
    assert set(told) == {"n", "2026.2", "2027.1"}
    assert told["2026.2"]["log_loss"] != told["2027.1"]["log_loss"]
