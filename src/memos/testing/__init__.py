"""For tests of memos and of backends for it: clocks, ids, builders, faults, contract suites.

Only the ``contract_*`` modules need pytest; they are imported by name.
"""
