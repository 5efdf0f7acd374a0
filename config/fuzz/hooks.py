"""Every request comes from an address of its own, as if through a proxy: else the checks that send bad tokens would lock themselves out."""

import itertools

import schemathesis

# Counted and not drawn: each test begins with the same random numbers.
ADDRESSES = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    high, low = divmod(next(ADDRESSES) % 65536, 256)
    case.headers["X-Forwarded-For"] = f"198.18.{high}.{low}"
