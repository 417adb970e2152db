"""Django with its own users; sessions in Redis through django-redis. SESSION_ENGINE is `cache` or `cached_db`."""
import json
import os
import sys
import tempfile
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

# This folder has a file named like the framework: it must not be found first.
sys.path.pop(0)
sys.path.append(os.path.dirname(os.path.abspath(__file__)))

from django.conf import settings

scratch = tempfile.TemporaryDirectory()
settings.configure(
    SECRET_KEY='proof',
    ALLOWED_HOSTS=['*'],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=['django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions'],
    MIDDLEWARE=['django.contrib.sessions.middleware.SessionMiddleware', 'django.contrib.auth.middleware.AuthenticationMiddleware'],
    DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': os.path.join(scratch.name, 'proof.sqlite3')}},
    DEFAULT_AUTO_FIELD='django.db.models.AutoField',
    SESSION_ENGINE='django.contrib.sessions.backends.' + os.environ.get('SESSION_ENGINE', 'cache'),
    CACHES={'default': {'BACKEND': 'django_redis.cache.RedisCache', 'LOCATION': os.environ['REDIS_URL']}},
)

import django

django.setup()

from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import re_path
from visit import carry_out


class Visit:
    def __init__(self, request):
        self.request = request

    def read(self):
        user = self.request.user
        return {'id': str(user.pk), 'name': user.first_name} if user.is_authenticated else None

    def sign_in(self, person):
        user, _ = User.objects.update_or_create(pk=int(person['id']), defaults={'username': person['id'], 'first_name': person['name']})
        login(self.request, user)

    def change(self, data):
        self.request.session.update(data)
        self.request.session['views'] = self.request.session.get('views', 0) + 1

    def sign_out(self):
        logout(self.request)


def view(request):
    return JsonResponse(carry_out(request.path, json.loads(request.body or '{}'), Visit(request)))


urlpatterns = [re_path('', view)]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


call_command('migrate', verbosity=0)
make_server('127.0.0.1', int(os.environ['PORT']), get_wsgi_application(), Server, Quiet).serve_forever()
