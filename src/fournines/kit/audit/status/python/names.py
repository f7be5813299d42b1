"""What is known of the calls and names that check scripts in Python use."""

from __future__ import annotations

import ast

from fournines.kit.audit.status.habits import named

STATUS = frozenset(
    ["subprocess.call", "os.system", "subprocess.run", "call", "run", "subprocess.Popen", "Popen"]
)
"""Calls that run a command, hand its status back and raise nothing when it fails (``run`` without check)."""
QUIET = named("""
    print float dict bool open format range min max input
    isinstance vars getattr os.getenv os.environ.get time.sleep sleep time.time datetime.now
    datetime.datetime.now sys.stdout.write sys.stderr.write os.path.exists os.path.isfile os.path.join
    socket.socket socket.gethostname socket.setdefaulttimeout argparse.ArgumentParser syslog.syslog
    syslog.openlog
    """)
QUIET_METHODS = named("""
    append format join replace startswith endswith close write find rfind index count
    debug info warning warn error critical exception log settimeout setblocking add_argument parse_args
    add get items keys values encode getLogger basicConfig
    """)
"""Calls that do not fail because a service is dead."""
SAME = named("""
    decode strip rstrip lstrip read lower upper split splitlines readlines text json wait poll
    """)
"""Methods and attributes that hand on what they are asked of."""
THROUGH = named("""
    str repr int len list tuple set sorted reversed iter json.loads json.load shlex.split re.compile re.escape
    """)
"""Functions that hand on what they are given, as far as a question is asked of it."""
OUTPUT = frozenset(["stdout", "output"])
"""Attributes under which the output of a command is kept."""
PRINTS = named("""
    subprocess.check_output check_output subprocess.getoutput getoutput os.popen commands.getoutput
    """)
"""Calls that hand back what a command writes."""
SEARCHES = frozenset(["search", "match", "fullmatch", "findall"])
"""Functions of re, and methods of a compiled pattern, that look for a text in another."""
NARROW = named("""
    KeyError IndexError ValueError TypeError AttributeError ImportError ModuleNotFoundError KeyboardInterrupt
    NameError HTTPError urllib.error.HTTPError urllib2.HTTPError
    """)
"""Exceptions that a service which does not answer is not."""
EXITS = frozenset(["sys.exit", "exit", "quit", "os._exit", "SystemExit"])
OPERATORS = {ast.Eq: "=", ast.NotEq: "!=", ast.Gt: "-gt", ast.GtE: "-ge", ast.Lt: "-lt", ast.LtE: "-le",
              ast.Is: "=", ast.IsNot: "!="}  # fmt: skip


def said(node: ast.AST) -> str:
    """An expression as text."""
    return ast.unparse(node)[:400]
