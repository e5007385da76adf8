"""From a formula string to formulaic's terms, letting through only columns, arithmetic and known transforms."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass

from formulaic import Formula, SimpleFormula
from formulaic.errors import FormulaicError
from formulaic.parser.types import Factor, Term

from analysis.errors import BadArgument

ELEMENTWISE = {"I", "log", "log2", "log10", "exp", "exp2", "exp10"}
CODINGS = {"Treatment", "Sum", "Helmert", "Diff", "Poly"}
TRANSFORMS = (
    ELEMENTWISE | CODINGS | {"C", "contr", "bs", "cr", "cs", "cc", "poly", "scale", "center", "standardize", "np"}
)
NUMPY = {
    "log",
    "log2",
    "log10",
    "log1p",
    "exp",
    "expm1",
    "sqrt",
    "abs",
    "minimum",
    "maximum",
    "sign",
    "square",
    "floor",
}
_SAFE = (
    *(ast.Expression, ast.Call, ast.Name, ast.Load, ast.Constant, ast.keyword, ast.Attribute, ast.BinOp, ast.UnaryOp),
    *(ast.Compare, ast.BoolOp, ast.List, ast.Tuple, ast.operator, ast.unaryop, ast.cmpop, ast.boolop),
)


@dataclass(frozen=True)
class ParsedFormula:
    """`terms` for formulaic; `variables` are the columns it reads, `categorical` those of them inside C(...).

    `plain` formulas consist of columns, `C(column)` and their products only: their matrix needs no evaluation and
    is the same for every copy of a row, wherever it stands.
    """

    text: str
    terms: SimpleFormula
    variables: tuple[str, ...]
    categorical: frozenset[str]
    plain: bool


def parse_formula(formula: str, *, force_intercept: bool = False) -> ParsedFormula:
    """Read a right-hand side; a leading `~` is allowed.

    With `force_intercept` the intercept is put in even where the formula takes it out, so that factors are coded
    against a reference level (as coxph does).

    >>> parse_formula("~ age + C(race)").variables
    ('age', 'race')
    """
    if not isinstance(formula, str):
        raise BadArgument(f"A formula is a string such as 'role_conflict + C(sex) + age'; it was {formula!r}.")
    text = formula.strip().removeprefix("~").strip() or "1"
    try:
        terms = Formula(text)
    except (FormulaicError, SyntaxError, ValueError) as error:
        reason = re.sub(r"\x1b\[[0-9;]*m|[⧛⧚]", "", str(error)).strip().splitlines()[0]
        raise BadArgument(f"The formula {text!r} cannot be read: {reason}") from error
    if not isinstance(terms, SimpleFormula):
        raise BadArgument(f"{text!r} has a left side or several parts: name the outcome in its own argument instead.")
    factors = [factor for term in terms for factor in term.factors]
    evaluated = [factor.expr for factor in factors if factor.eval_method is Factor.EvalMethod.PYTHON]
    trees = [_safe_tree(expression, text) for expression in evaluated]
    if force_intercept and not any(_is_intercept(term) for term in terms):
        terms = SimpleFormula([Term([Factor("1", eval_method="literal")]), *terms])
    return ParsedFormula(
        text=text,
        terms=terms,
        variables=tuple(dict.fromkeys(name for factor in factors for name in _columns_read(factor))),
        categorical=frozenset(name for tree in trees for name in _categorical_names(tree)),
        plain=all(plain_category(expression) for expression in evaluated),
    )


def plain_category(expression: str) -> str | None:
    """The column name when the expression is exactly `C(column)`.

    >>> plain_category("C(race)"), plain_category("C(race, Sum)")
    ('race', None)
    """
    match = re.fullmatch(r"C\(\s*([^\W\d]\w*)\s*\)", expression)
    return match.group(1) if match else None


def _is_intercept(term: Term) -> bool:
    return all(factor.eval_method is Factor.EvalMethod.LITERAL for factor in term.factors)


def _safe_tree(expression: str, formula: str) -> ast.Expression:
    """The expression's tree, when nothing in it reaches beyond columns, arithmetic and the known transforms."""
    quoted = re.sub(r"`[^`]*`", "column", expression)
    try:
        tree = ast.parse(quoted, mode="eval")
    except SyntaxError as error:
        raise BadArgument(f"The part {expression!r} of the formula {formula!r} cannot be read.") from error
    for node in ast.walk(tree):
        if not isinstance(node, _SAFE) or not _known(node):
            allowed = ", ".join(sorted(TRANSFORMS - {"np"}))
            raise BadArgument(
                f"The part {expression!r} of the formula is not allowed: use columns, arithmetic, {allowed} "
                f"or numpy's {', '.join(f'np.{name}' for name in sorted(NUMPY))}."
            )
    return tree


def _known(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="np"), attr=name):
            return name in NUMPY
        case ast.Attribute(value=ast.Name(id="contr"), attr=name):
            return not name.startswith("_")
        case ast.Attribute():
            return False
        case ast.Call(func=ast.Name(id=name)):
            return name in TRANSFORMS
        case ast.Call(func=function):
            return isinstance(function, ast.Attribute)
        case ast.Name(id=name):
            return not name.startswith("__")
    return True


def _columns_read(factor: Factor) -> list[str]:
    """The columns that a factor reads, in the order in which it names them."""
    if factor.eval_method is Factor.EvalMethod.LOOKUP:
        return [factor.expr]
    if factor.eval_method is not Factor.EvalMethod.PYTHON:
        return []
    quoted = re.findall(r"`([^`]*)`", factor.expr)
    tree = ast.parse(re.sub(r"`[^`]*`", "0", factor.expr), mode="eval")
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    functions |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in functions]
    return [*quoted, *(name for name in names if name not in CODINGS)]


def _categorical_names(tree: ast.Expression) -> Iterable[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="C"), args=[ast.Name(id=name), *_]):
                yield name
