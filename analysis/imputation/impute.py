"""Multiple imputation by chained equations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.errors import BadArgument, NoRows, require_columns, warn
from analysis.imputation.chain import run_chain
from analysis.imputation.encoding import Variable, read_variable

Passive = Callable[[pd.DataFrame], pd.Series]


@dataclass(frozen=True, eq=False, repr=False)
class Imputations:
    """`m` completed frames: iterate over it, or take one by its number. The data itself is kept once.

    `missing` counts the imputed values by column; `trace` has the mean and standard deviation (of level codes for
    categories) of what was imputed by imputation, iteration and column: chains that mix freely have converged.
    """

    data: pd.DataFrame
    m: int
    seed: int
    iterations: int
    methods: Mapping[str, str]
    missing: pd.Series
    trace: pd.DataFrame
    warnings: tuple[str, ...]
    drawn: tuple[Mapping[str, np.ndarray], ...] = field(repr=False)
    variables: Mapping[str, Variable] = field(repr=False)
    passive: Mapping[str, Passive] = field(repr=False)

    def __len__(self) -> int:
        return self.m

    def __getitem__(self, number: int) -> pd.DataFrame:
        if not -self.m <= number < self.m:
            raise IndexError(f"There are {self.m} imputations, numbered from 0.")
        frame = self.data.copy()
        for name, values in self.drawn[number].items():
            variable = self.variables[name]
            column = frame[name].copy()
            filled = variable.decode(values)
            column.iloc[variable.missing] = filled
            frame[name] = column.infer_objects() if column.dtype == object else column
        for name, rule in self.passive.items():
            frame[name] = rule(frame)
        return frame

    def __iter__(self) -> Iterator[pd.DataFrame]:
        return (self[number] for number in range(self.m))

    def __repr__(self) -> str:
        counts = ", ".join(f"{name} {self.missing[name]} ({method})" for name, method in self.methods.items())
        return (
            f"{self.m} imputations of {len(self.data)} rows ({self.iterations} iterations): {counts or 'none missing'}"
        )


def impute(
    data: pd.DataFrame,
    m: int,
    seed: int,
    *,
    iterations: int = 10,
    exclude: Sequence[str] = (),
    methods: Mapping[str, str] | None = None,
    passive: Mapping[str, Passive] | None = None,
    donors: int = 5,
) -> Imputations:
    r"""`m` completed copies of `data`, its missing values drawn from models of each column on all the others.

    .. math:: \dot\theta_j \sim P(\theta_j \mid y_j^{obs}, y_{-j}), \quad
        \dot y_j \sim P(y_j^{mis} \mid y_{-j}, \dot\theta_j)

    Column after column, `iterations` times, in `m` independent chains (van Buuren & Groothuis-Oudshoorn 2011, J Stat
    Softw 45(3); van Buuren 2018). Numbers: predictive mean matching with `donors` donors; two values: logistic
    regression; ordered categories: proportional odds; other categories and text: multinomial logistic regression.
    `methods` chooses otherwise ("pmm", "logistic", "multinomial", "ordered").

    Columns in `exclude` (keys, unit numbers, dates) are carried along, neither imputed nor used. `passive` maps a
    column to a function of the completed frame, such as a score of imputed items; it is not used to impute. Include the
    outcome (for times: the event and the cumulative hazard; White & Royston 2009). The same seed gives the same values,
    and the first of more imputations are those of fewer.

    >>> frame = pd.DataFrame({"age": [30.0, 41, 52, None, 38, 60, 47, 33], "sex": list("FMFMMF") + [None, "F"]})
    >>> completed = impute(frame, m=3, seed=1)
    >>> [int(one.isna().sum().sum()) for one in completed]
    [0, 0, 0]
    """
    _check_numbers(m, seed, iterations, donors)
    if not isinstance(data, pd.DataFrame) or len(data) == 0:
        raise NoRows("data is a frame with one row or more.")
    passive, methods = dict(passive or {}), dict(methods or {})
    left_out = [exclude] if isinstance(exclude, str) else list(exclude)
    require_columns(data, [*left_out, *methods])
    if not data.columns.is_unique or not all(isinstance(name, str) for name in data.columns):
        raise BadArgument("The columns need names of their own, as text. Rename them first.")
    notes: list[str] = []
    variables = {
        name: read_variable(data[name], name, methods.get(name))
        for name in data.columns
        if name not in left_out and name not in passive
    }
    targets = [name for name, variable in variables.items() if len(variable.missing)]
    if not targets:
        warn("Nothing is missing in these columns: all imputations are the data itself.", notes)
    constant = [
        name for name, variable in variables.items() if np.nanmin(variable.values) == np.nanmax(variable.values)
    ]
    if constant:
        warn(f"{', '.join(constant)} has one value only, so it tells nothing of the others.", notes)
    predictors = [name for name in variables if name not in constant]
    for name in targets:
        others = sum(variables[other].width for other in predictors if other != name)
        if len(data) - len(variables[name].missing) <= others + 1:
            warn(f"{name!r} has fewer observed rows than there are predictors: its imputations lean on a ridge.", notes)
    drawn, traces = [], []
    for number, stream in enumerate(np.random.SeedSequence(seed).spawn(m)):
        rng = np.random.default_rng(stream)
        values, trace = run_chain(variables, targets, predictors, iterations, donors, rng)
        drawn.append(values)
        traces += [{"imputation": number, **row} for row in trace]
    counts = pd.Series({name: len(variables[name].missing) for name in targets}, name="missing", dtype=int)
    return Imputations(
        data=data.copy(),
        m=m,
        seed=seed,
        iterations=iterations,
        methods={name: variables[name].method for name in targets},
        missing=counts,
        trace=pd.DataFrame(traces, columns=["imputation", "iteration", "column", "mean", "sd"]),
        warnings=tuple(notes),
        drawn=tuple(drawn),
        variables=variables,
        passive=passive,
    )


def _check_numbers(m: int, seed: int, iterations: int, donors: int) -> None:
    for name, value, least in (("m", m, 1), ("seed", seed, 0), ("iterations", iterations, 1), ("donors", donors, 1)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise BadArgument(f"{name} is a whole number of at least {least}; it was {value!r}.")
