"""The routes that the Python applications have: carries out what was asked on the session, and answers whom it belongs to."""
import os
import time


def carry_out(path, ask, visit):
    """`visit` has read, sign_in, change and sign_out, in the framework's own words."""
    if path == '/sign-in':
        visit.sign_in(ask['person'])
    elif path == '/change':
        visit.change(ask.get('data', {}))
    elif path == '/sign-out':
        visit.sign_out()
        return {'person': None}
    elif path == '/slow':
        visit.read()
        wait_for(ask['hold'])
        if not ask.get('reads'):
            visit.change({})
    return {'person': visit.read()}


def wait_for(hold):
    """Says by a file that the session was read, and waits for another to be there."""
    open(hold + '.arrived', 'w').close()
    until = time.monotonic() + 30
    while not os.path.exists(hold) and time.monotonic() < until:
        time.sleep(0.02)
