"""Posts of social networks that an article quotes."""

import pytest

from flows.formats import text
from flows.judges.posts import posts
from tests.test_cleaning import body

BOARD = (
    "The harbour board of Skarvik said on Tuesday that the old crane would be repaired before the winter, although "
    "nobody had yet said who was going to pay for it, and the council wants to hear no more of the matter before May."
)
MAYOR = (
    "The mayor, who had asked for a new crane for years, called the decision a mistake that the town would regret when "
    "the first ship of the season lay in the bay and could not be unloaded by anybody on the quay."
)
POST, SIGNATURE = "Nobody told us that the crane was still in use.", "— Harbour Board (@harbourboard) May 3, 2026"


def paragraphs(name: str, raw: str) -> list[str]:
    return body(raw, name).split("\n\n")


def test_a_post_between_paragraphs_stays_with_the_article() -> None:
    raw = "\n\n".join(
        [BOARD, MAYOR, POST, SIGNATURE, BOARD.replace("crane", "bridge"), MAYOR.replace("crane", "bridge")]
    )
    assert paragraphs("a.txt", raw)[2:4] == [POST, SIGNATURE]
    assert paragraphs("a.md", raw.replace(POST, f"> {POST}").replace("— ", "> — "))[2:4] == [POST, SIGNATURE]
    page = "".join(f"<p>{each}</p>" for each in raw.split("\n\n"))
    for each in (POST, SIGNATURE):
        page = page.replace(f"<p>{each}</p>", f"<blockquote class='twitter-tweet'><p>{each}</p></blockquote>")
    assert paragraphs("a.html", f"<html><body><article>{page}</article></body></html>")[2:4] == [POST, SIGNATURE]


def found(*blocks: str, kept: str) -> list[int]:
    return list(posts(text.read("\n\n".join(blocks), "utf-8"), [sign == "+" for sign in kept]))


@pytest.mark.parametrize(
    "signature",
    [
        SIGNATURE,
        "- Ada Lane (@ada_lane) 3. Mai 2026",
        "—Ада Лейн (@adalane) 3 мая 2026 г.",
        "— 港湾委員会 (@kowan) 2026年5月3日",
        "— Ada Lane (@ada@boats.example) May 3, 2026",
    ],
)
def test_what_stands_above_a_signature_is_its_post(signature: str) -> None:
    assert found(BOARD, POST, "https://boats.example/1", signature, MAYOR, kept="+---+") == [1, 2, 3]


def test_a_post_goes_back_to_the_article_or_to_the_post_before_it() -> None:
    assert found(BOARD, POST, SIGNATURE, "And so it went.", SIGNATURE, MAYOR, kept="+----+") == [1, 2, 3, 4]
    # What is too long for a post is something else.
    assert found(BOARD, BOARD + MAYOR, POST, SIGNATURE, MAYOR, kept="+---+") == [2, 3]


def test_posts_outside_the_article_and_lines_that_sign_nothing_stay_as_they_were() -> None:
    assert found(POST, SIGNATURE, BOARD, MAYOR, kept="--++") == []
    assert found(BOARD, MAYOR, POST, SIGNATURE, kept="++--") == []
    assert found(BOARD, POST, SIGNATURE, kept="---") == []
    assert found(BOARD, "Related", "— Follow us (@harbour)", MAYOR, kept="+--+") == []
    assert found(BOARD, "Related", "Ada Lane (@ada) 3 May 2026", MAYOR, kept="+--+") == []
