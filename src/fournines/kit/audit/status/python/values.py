"""The conditions and values of a check in Python: what it asks of whom, as words a shell would use."""

from __future__ import annotations

import ast

from fournines.kit.audit.status.python.names import (
    EXITS,
    OPERATORS,
    OUTPUT,
    PRINTS,
    QUIET,
    QUIET_METHODS,
    SAME,
    STATUS,
    THROUGH,
    said,
)
from fournines.kit.audit.status.python.seek import sought
from fournines.kit.audit.status.steps import Block, Chain, Choice, Command, Not, Step

_RUNS = ("subprocess.", "os.", "check_", "getoutput", "call", "run", "Popen", "commands.")
_NO = ("False", "None", "0")
"""What is false besides the empty text."""
Found = tuple[list[Step], str]
"""The steps that work a value out, and the word that stands for it then."""


class Values:
    """Reads expressions: ``outputs`` are names that hold what a command wrote, ``ran`` those of processes."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.number = 0
        self.outputs: set[str] = set()
        self.ran: set[str] = set()
        self.functions = {n.name: n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}

    def fresh(self) -> str:
        """A name nobody else uses."""
        self.number += 1
        return f"value_{self.number}"

    def assign(self, name: str, value: ast.expr, line: int) -> list[Step]:
        """The name set to the value; a process is kept as its status, and as its output beside it."""
        if self.prints(value):
            self.outputs.add(name)
        if isinstance(value, ast.Call) and said(value.func) in STATUS:
            self.ran.add(name)
            steps, status, output = self.run(value)
            kept = (
                Command(("local", f"{name}={status}"), line),
                Command(("local", f"{name}_out={output}"), line),
            )
            return [*steps, *kept]
        steps, text = self.value(value)
        return [*steps, Command(("local", f"{name}={text}"), line)]

    def prints(self, node: ast.expr) -> bool:  # noqa: PLR0911 - one a kind
        """Whether an expression is what a command wrote, whole or in pieces."""
        match node:
            case ast.Name(name):
                return name in self.outputs
            case ast.Attribute(inner, attr):
                return attr in OUTPUT or (attr in SAME and self.prints(inner))
            case ast.Subscript(inner):
                return self.prints(inner)
            case ast.Call(ast.Attribute(inner, method)) if method in SAME or method == "communicate":
                return method == "communicate" or self.prints(inner)
            case ast.Call(func, args):
                name = said(func)
                return name in PRINTS or (name in THROUGH and bool(args) and self.prints(args[0]))
            case ast.ListComp(generators=[one]) | ast.GeneratorExp(generators=[one]):
                return self.prints(one.iter)
        return False

    # --- conditions -------------------------------------------------------------------------------------

    def condition(self, node: ast.expr) -> Step:  # noqa: PLR0911 - one a kind
        """The steps that succeed where the expression is true."""
        match node:
            case ast.BoolOp(op, [first, *more]):
                step = self.condition(first)
                for other in more:
                    step = Chain(step, self.condition(other), both=isinstance(op, ast.And))
                return step
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return Not(self.condition(inner))
            case ast.Call(ast.Name("any"), [ast.GeneratorExp(elt, [one]) | ast.ListComp(elt, [one])]):
                return self.some(elt, one)
            case ast.Constant(value):
                return Command(("true" if value else "false",), node.lineno)
        looked = sought(node)
        if looked is not None:
            hay, needle, wanted = looked
            return self.contains(hay, needle, wanted=wanted, line=node.lineno)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return self.compared(node.left, node.ops[0], node.comparators[0], node.lineno)
        steps, text = self.value(node)
        truth: Step = Command(("[", "-n", text, "]"), node.lineno)
        for false in _NO[-1:] if self.prints(node) else _NO:
            truth = Chain(truth, Command(("[", text, "!=", false, "]"), node.lineno), both=True)
        return Block((*steps, truth))

    def some(self, elt: ast.expr, one: ast.comprehension) -> Step:
        """``any(... for x in y)``: whatever holds of one piece is asked of the whole."""
        test = self.bound(one)
        step = self.condition(elt)
        for other in reversed(one.ifs):
            step = Chain(self.condition(other), step, both=True)
        return Block((*test, step))

    def bound(self, one: ast.comprehension | ast.For) -> list[Step]:
        """The names of a loop; each piece of an output stands for the output, anything else for nothing."""
        steps, text = self.value(one.iter)
        names = [n.id for n in ast.walk(one.target) if isinstance(n, ast.Name)][:8]
        known = self.prints(one.iter)
        self.outputs.update(names if known else ())
        word = text if known else "$unknown"
        return [*steps, *(Command(("local", f"{name}={word}"), one.target.lineno) for name in names)]

    def contains(self, text: ast.expr, what: ast.expr, *, wanted: bool, line: int) -> Step:
        """Whether one text is in the other, the way a shell would ask."""
        (first, a), (second, b) = self.value(text), self.value(what)
        test: Step = Command(("[", a, "=", f"*{b}*", "]"), line)
        return Block((*first, *second, test if wanted else Not(test)))

    def compared(self, left: ast.expr, op: ast.cmpop, right: ast.expr, line: int) -> Step:
        """A comparison, the way a shell would ask."""
        (first, a), (second, b) = self.value(left), self.value(right)
        return Block((*first, *second, Command(("[", a, OPERATORS.get(type(op), "=~"), b, "]"), line)))

    # --- values -----------------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> Found:  # noqa: C901, PLR0911, PLR0912 - one branch a kind
        """The steps that work a value out, and the word that stands for it then."""
        match node:
            case ast.Constant(bytes() as value):
                return [], value.decode("ascii", "replace")
            case ast.Constant(value):
                return [], str(value)
            case ast.Name(name):
                return [], f"${{{name}}}"
            case ast.Call():
                return self.call(node)
            case ast.Attribute(value=inner, attr=attr) if attr in OUTPUT:
                return self.output(inner)
            case ast.Attribute(value=inner, attr=attr) if attr in SAME or attr in (
                "returncode", "status", "status_code",
            ):  # fmt: skip
                return self.value(inner)
            case ast.JoinedStr(values):
                return [], "".join(
                    self.value(v.value if isinstance(v, ast.FormattedValue) else v)[1] for v in values
                )
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                (first, a), (second, b) = self.value(left), self.value(right)
                return [*first, *second], a + b
            case ast.BinOp(ast.Constant(str() as form), ast.Mod(), right):
                return self.filled(form, "%s", right.elts if isinstance(right, ast.Tuple) else [right])
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                return self.chosen(node, "True", "False")
            case ast.IfExp(test, body, orelse):
                (first, a), (second, b) = self.value(body), self.value(orelse)
                steps, word = self.chosen(test, a, b)
                return [*first, *second, *steps], word
            case ast.ListComp(elt, [one, *more]) | ast.GeneratorExp(elt, [one, *more]):
                return self.comprehended(elt, one, more)
            case ast.Subscript(value=inner):
                return self.value(inner)
            case ast.Tuple(elts) | ast.List(elts) if elts:
                found = [self.value(item) for item in elts]
                return [step for steps, _ in found for step in steps], " ".join(word for _, word in found)
        return [
            step for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr) for step in self.value(n)[0]
        ], f"$({said(node)})"

    def comprehended(self, elt: ast.expr, one: ast.comprehension, more: list[ast.comprehension]) -> Found:
        """What is kept of a list: its pieces stand for the whole, ``0`` for nothing left."""
        steps = [step for part in (one, *more) for step in self.bound(part)]
        inner, text = self.value(elt)
        tests = [test for part in (one, *more) for test in part.ifs]
        if not tests:
            return [*steps, *inner], text
        whole = tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests, lineno=elt.lineno)
        chosen, word = self.chosen(whole, text, "0")
        return [*steps, *inner, *chosen], word

    def filled(self, form: str, hole: str, values: list[ast.expr]) -> Found:
        """``"... %s" % x`` and ``"... {}".format(x)``."""
        steps: list[Step] = []
        for number, value in enumerate(values):
            inner, text = self.value(value)
            steps += inner
            form = form.replace(f"{{{number}}}", text) if hole == "{}" else form
            form = form.replace(hole, text, 1)
        return steps, form

    def chosen(self, test: ast.expr, yes: str, no: str) -> Found:
        """One of two words, by a condition."""
        name, line = self.fresh(), test.lineno
        step = Choice(
            self.condition(test),
            Command(("local", f"{name}={yes}"), line),
            Command(("local", f"{name}={no}"), line),
        )
        return [step], f"${{{name}}}"

    def output(self, node: ast.expr) -> Found:
        """What a process wrote, by its name or by the call that starts it."""
        if isinstance(node, ast.Name) and node.id in self.ran:
            return [], f"${{{node.id}_out}}"
        if isinstance(node, ast.Call) and said(node.func) in STATUS:
            steps, _, text = self.run(node)
            return steps, text
        return self.value(node)

    # --- calls ------------------------------------------------------------------------------------------

    def call(self, node: ast.Call) -> Found:  # noqa: PLR0911 - one branch a kind
        """What a call asks, and the word that stands for what it hands back."""
        name, line = said(node.func), node.lineno
        if name in EXITS:
            return self.exits(node), ""
        if name in self.functions:
            return self.own(node, name)
        if name in STATUS:
            return self.run(node)[:2]
        if name in THROUGH and node.args:
            return self.value(node.args[0])
        if name == "any" or sought(node) is not None:
            return self.chosen(node, "True", "None")
        found = self.method(node.func, node) if isinstance(node.func, ast.Attribute) else None
        if found is not None:
            return found
        inner = [step for arg in node.args for step in self.value(arg)[0]]
        if isinstance(node.func, ast.Attribute):
            inner = [*self.value(node.func.value)[0], *inner]
            if name in QUIET or node.func.attr in QUIET_METHODS:
                return inner, f"$({said(node)})"
        elif name in QUIET:
            return inner, f"$({said(node)})"
        word = self.fresh()
        return [*inner, Command((f"{word}=$({self.words_of(node)})",), line)], f"${{{word}}}"

    def method(self, func: ast.Attribute, node: ast.Call) -> Found | None:
        """A method that hands on what its object is; None for any other."""
        whose = func.value
        if func.attr == "communicate":
            return self.output(whose)
        if func.attr in SAME:
            return self.value(whose)
        if func.attr == "format" and isinstance(whose, ast.Constant) and isinstance(whose.value, str):
            return self.filled(whose.value, "{}", node.args)
        if func.attr == "connect_ex":
            return self.run(node)[:2]
        return None

    def exits(self, node: ast.Call) -> list[Step]:
        """``sys.exit(X)``: a text is 1, true is 1 and false is 0."""
        first = node.args[0] if node.args else ast.Constant(0, lineno=node.lineno)
        while isinstance(first, ast.Call) and said(first.func) in ("int", "bool") and first.args:
            first = first.args[0]
        if isinstance(first, ast.Compare | ast.BoolOp | ast.UnaryOp) and not isinstance(
            getattr(first, "op", None), ast.USub
        ):
            steps, text = self.chosen(first, "1", "0")
        else:
            steps, text = self.value(first)
        literal = isinstance(first, ast.Constant) and isinstance(first.value, str)
        return [*steps, Command(("exit", "1" if literal else text), node.lineno)]

    def own(self, node: ast.Call, name: str) -> Found:
        """A call of a function of the script: its parameters set, its answer taken."""
        steps: list[Step] = []
        for parameter, arg in zip(self.functions[name].args.args, node.args, strict=False):
            steps += self.assign(parameter.arg, arg, node.lineno)
        word = self.fresh()
        handed = Command(("local", f"{word}=${{ret_{name}}}"), node.lineno)
        return [*steps, Command((name,), node.lineno), handed], f"${{{word}}}"

    def run(self, node: ast.Call) -> tuple[list[Step], str, str]:
        """A command whose status is handed back: the steps, its status, its output."""
        word, line, text = self.fresh(), node.lineno, self.words_of(node)
        asked: Step = Command(tuple(text.split()) or ("run",), line)
        if not any(k.arg == "check" and said(k.value) == "True" for k in node.keywords):
            asked = Choice(asked, Command((f"{word}=0",), line), Command((f"{word}=1",), line))
        return [asked, Command(("local", f"{word}_out=$({text})"), line)], f"${{{word}}}", f"${{{word}_out}}"

    def words_of(self, node: ast.Call) -> str:
        """What a call asks, as text: the command it runs, or the call itself with the names put in."""
        first = node.args[0] if node.args else None
        if said(node.func).startswith(_RUNS) and first:
            if isinstance(first, ast.List | ast.Tuple):
                return " ".join(self.value(item)[1] for item in first.elts)
            return self.value(first)[1]
        return f"{said(node.func)} {' '.join(self.value(arg)[1] for arg in node.args)}"
