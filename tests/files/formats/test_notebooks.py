"""A notebook is read as its cells and what they printed; pictures are left out by name."""

import base64
import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.files.formats import notebooks
from lib.files.upload_validation import LONGEST_DOCUMENT
from tests.files.samples import document
from tests.files.told import words

PLOT = base64.b64encode(Random(7).randbytes(150_000)).decode()  # noqa: S311


def code(source: str | list[str], *outputs: dict[str, Any]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {},
        "source": source,
        "outputs": list(outputs),
    }


def markdown(source: str, **fields: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source, **fields}


def notebook(*cells: dict[str, Any], **fields: Any) -> bytes:
    whole = {
        "cells": cells,
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps({**whole, **fields}, indent=1).encode()


def shown(kind: str = "display_data", **data: Any) -> dict[str, Any]:
    return {
        "output_type": kind,
        "metadata": {},
        "data": {name.replace("_", "/"): each for name, each in data.items()},
    }


def stream(text: str | list[str]) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def test_cells_and_their_outputs_are_read_in_order() -> None:
    taken = document(
        notebook(
            markdown("# Tides\n\nOf the *moon*."),
            code(
                ["import moon\n", "moon.plot()"], shown(text_plain=["<Figure size 640x480>"], image_png=PLOT)
            ),
            code("print(6 * 7)", stream(["42\n"]), stream("done\n")),
            code("1 + 1", shown("execute_result", text_plain="2")),
        ),
    )
    assert taken.text == (
        "# Tides\n\nOf the *moon*.\n\n"
        "```python\nimport moon\nmoon.plot()\n```\n\n"
        "Output:\n```\n<Figure size 640x480>\n```\n\n"
        "[image/png, 150 kB, left out]\n\n"
        "```python\nprint(6 * 7)\n```\n\nOutput:\n```\n42\ndone\n```\n\n"
        "```python\n1 + 1\n```\n\nOutput:\n```\n2\n```"
    )
    assert words(taken.notes) == ("1 picture or other output (150 kB) was left out.",)
    assert taken.media_type == "application/x-ipynb+json"


def test_many_pictures_do_not_push_out_what_stands_behind_them() -> None:
    cells = [code("plot()", shown(image_png=PLOT)) for _ in range(20)]
    taken = document(notebook(*cells, code("print(42)", stream("The result is 42\n"))))
    assert len(taken.text) < LONGEST_DOCUMENT / 100
    assert "The result is 42" in taken.text
    assert words(taken.notes) == ("20 pictures and other outputs (3.0 MB) were left out.",)


def test_an_error_is_read_without_its_colours_and_html_by_its_plain_text() -> None:
    error = {
        "output_type": "error",
        "ename": "ValueError",
        "evalue": "no tea",
        "traceback": ["\x1b[0;31mValueError\x1b[0m", "no tea"],
    }
    taken = document(
        notebook(
            code("brew()", error),
            code("table", shown(text_plain="  a\n0 1", text_html="<table><td>1</td></table>")),
            code("page", shown(text_html="<p>only HTML</p>", application_javascript="alert(1)")),
        ),
    )
    assert "Output:\n```\nValueError\nno tea\n```" in taken.text
    assert "  a\n0 1" in taken.text
    assert "<table>" not in taken.text
    assert "alert" not in taken.text
    assert "[text/html, 1 kB, left out]" in taken.text
    assert words(taken.notes) == ("3 pictures and other outputs (1 kB) were left out.",)


def test_pictures_in_markdown_are_left_out_too() -> None:
    attached = markdown("![it](attachment:it.png)", attachments={"it.png": {"image/png": PLOT}})
    inline = markdown(f"![it](data:image/png;base64,{PLOT})")
    taken = document(notebook(attached, inline))
    assert PLOT[:40] not in taken.text
    assert "![it]([image/png, 150 kB, left out])" in taken.text
    assert "1 embedded file (150 kB) was left out." in words(taken.notes)


def test_code_with_fences_in_it_stays_in_one_fence() -> None:
    taken = document(notebook(code('text = """\n```\n"""')))
    assert taken.text == '````python\ntext = """\n```\n"""\n````'


def test_a_notebook_of_version_3_is_read() -> None:
    cells = [
        {
            "cell_type": "code",
            "language": "python",
            "input": ["print(1)"],
            "outputs": [{"output_type": "stream", "text": ["1\n"]}],
        },
        {
            "cell_type": "code",
            "input": "x",
            "outputs": [{"output_type": "pyout", "text": ["5"], "png": PLOT}],
        },
        {
            "cell_type": "code",
            "input": "y",
            "outputs": [{"output_type": "pyerr", "ename": "E", "evalue": "bad", "traceback": []}],
        },
    ]
    whole = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}
    text = document(json.dumps(whole).encode()).text
    assert [word in text for word in ("print(1)", "\n1\n", "\n5\n", "E: bad", PLOT[:40])] == [True] * 4 + [
        False
    ]


def test_a_notebook_is_one_whatever_it_is_called_and_other_json_is_none() -> None:
    assert document(notebook(markdown("Tea"))).text == "Tea"
    other = json.dumps({"cells": ["a"], "kind": "table"})
    assert document(other.encode()).text == other


def test_a_notebook_that_was_cut_is_read_as_text_without_its_pictures() -> None:
    cut = notebook(code("plot()", shown(image_png=PLOT)), code("print(42)"))[:-40]
    taken = document(cut)
    assert "plot()" in taken.text
    assert PLOT[:40] not in taken.text
    assert words(taken.notes) == ("1 embedded file (150 kB) was left out.",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "cells",
                    "source",
                    "outputs",
                    "output_type",
                    "data",
                    "text",
                    "text/plain",
                    "image/png",
                    "cell_type",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@given(JSON, JSON)
def test_whatever_stands_in_it_it_is_read_or_no_notebook(cells: Any, metadata: Any) -> None:
    whole = json.dumps({"nbformat": 4, "cells": cells, "metadata": metadata})
    found = notebooks.read(whole, 1000)
    assert found is not None
    assert isinstance(found.text, str)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"nbformat": 4}', '{"nbformat": "x", "cells": []}', "[" * 100_000]
)
def test_what_is_no_notebook_is_left_to_others(text: str) -> None:
    assert notebooks.read(text, 1000) is None
