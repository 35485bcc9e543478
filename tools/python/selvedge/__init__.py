"""A client of Selvedge, an identity-resolution graph database service.

    import selvedge

    with selvedge.Client("tcp://127.0.0.1:7420", token=token) as client:
        answer = client.resolve("email:ada@example.net", "service")
        card = client.score("email:ada@example.net", "service")
        offer = client.decide_offer("email:ada@example.net", "service")

`selvedge.aio.Client` is the same for asyncio. The protocol is specified in the article on the wire protocol; the messages
are in `selvedge.messages`.
"""

from selvedge import aio, messages, methods
from selvedge._requests import identifier, observation, subject
from selvedge.client import Client
from selvedge.errors import Error, Status
from selvedge.methods import Method

__all__ = ["Client", "Error", "Method", "Status", "aio", "identifier", "messages", "methods", "observation", "subject"]
__version__ = "1.0.0"
