"""Every request comes from an address of its own, as if through a proxy: else the checks that send bad tokens would lock themselves out."""

import random

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    octets = ".".join(str(random.randrange(256)) for _ in range(2))
    case.headers["X-Forwarded-For"] = f"198.18.{octets}"
