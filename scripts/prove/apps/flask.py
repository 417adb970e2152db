"""Flask with Flask-Login; sessions in Redis through Flask-Session."""
import logging
import os
import sys

# This folder has a file named like the framework: it must not be found first.
sys.path.pop(0)
sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import redis
from flask import Flask, jsonify, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_session import Session
from visit import carry_out

app = Flask('proof')
app.config.update(SECRET_KEY='proof', SESSION_TYPE='redis', SESSION_REDIS=redis.Redis.from_url(os.environ['REDIS_URL']))
Session(app)
manager = LoginManager(app)
names = {}


class Person(UserMixin):
    def __init__(self, id):
        self.id = id


@manager.user_loader
def load(id):
    return Person(id)


class Visit:
    def read(self):
        return {'id': current_user.id, 'name': names.get(current_user.id)} if current_user.is_authenticated else None

    def sign_in(self, person):
        names[person['id']] = person['name']
        login_user(Person(person['id']))

    def change(self, data):
        session.update(data)
        session['views'] = session.get('views', 0) + 1

    def sign_out(self):
        logout_user()
        session.clear()


@app.route('/<path:_>', methods=['GET', 'POST'])
def view(_):
    return jsonify(carry_out(request.path, request.get_json(silent=True) or {}, Visit()))


logging.getLogger('werkzeug').setLevel(logging.ERROR)
app.run('127.0.0.1', int(os.environ['PORT']), threaded=True)
