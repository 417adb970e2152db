<?php
/** Laravel's session, guard, cache and encrypted cookies as its kernel strings them, on phpredis. ENCRYPT=1 seals the sessions. */

require __DIR__.'/visit.php';
require 'Illuminate/autoload.php';

use Illuminate\Auth\GenericUser;
use Illuminate\Auth\SessionGuard;
use Illuminate\Cache\CacheManager;
use Illuminate\Config\Repository;
use Illuminate\Container\Container;
use Illuminate\Contracts\Auth\Authenticatable;
use Illuminate\Contracts\Auth\UserProvider;
use Illuminate\Cookie\CookieJar;
use Illuminate\Cookie\Middleware\AddQueuedCookiesToResponse;
use Illuminate\Cookie\Middleware\EncryptCookies;
use Illuminate\Encryption\Encrypter;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Pipeline\Pipeline;
use Illuminate\Redis\RedisManager;
use Illuminate\Session\Middleware\StartSession;
use Illuminate\Session\SessionManager;

$url = parse_url(getenv('REDIS_URL'));
$app = new Container();
Container::setInstance($app);
$app->instance('config', new Repository([
    'session' => [
        'driver' => 'redis', 'lifetime' => 120, 'cookie' => 'laravel_session', 'encrypt' => (bool) getenv('ENCRYPT'), 'connection' => null, 'expire_on_close' => false,
        'path' => '/', 'domain' => null, 'secure' => false, 'http_only' => true, 'same_site' => 'lax', 'lottery' => [0, 100],
    ],
    'cache' => ['default' => 'redis', 'prefix' => 'laravel_cache', 'stores' => ['redis' => ['driver' => 'redis', 'connection' => 'cache']]],
]));
$connection = ['host' => $url['host'], 'port' => $url['port'], 'database' => (int) ltrim($url['path'] ?? '', '/')];
$app->singleton('redis', fn () => new RedisManager($app, 'phpredis', [
    'client' => 'phpredis', 'options' => ['prefix' => 'laravel_database_'], 'default' => $connection, 'cache' => $connection,
]));
$app->singleton('cache', fn () => new CacheManager($app));
$app->singleton('encrypter', fn () => new Encrypter(str_repeat('k', 32), 'AES-256-CBC'));
$cookies = new CookieJar();
$manager = new SessionManager($app);

final class Users implements UserProvider
{
    public function retrieveById($identifier) { return new GenericUser(['id' => $identifier]); }
    public function retrieveByToken($identifier, $token) { return null; }
    public function updateRememberToken(Authenticatable $user, $token) {}
    public function retrieveByCredentials(array $credentials) { return null; }
    public function validateCredentials(Authenticatable $user, array $credentials) { return true; }
}

final class LaravelVisit implements Visit
{
    private SessionGuard $guard;

    public function __construct(private Request $request, CookieJar $cookies)
    {
        $this->guard = new SessionGuard('web', new Users(), $request->session(), $request);
        $this->guard->setCookieJar($cookies);
    }

    public function read(): ?array
    {
        return $this->guard->check() ? person($this->guard->id(), $this->request->session()->get('name')) : null;
    }

    public function signIn(array $person): void
    {
        $this->guard->login(new GenericUser(['id' => $person['id']]));
        $this->request->session()->put('name', $person['name']);
    }

    public function change(array $data): void
    {
        $this->request->session()->put($data);
        $this->request->session()->increment('views');
    }

    public function signOut(): void
    {
        $this->request->session()->invalidate();
    }
}

(new Pipeline($app))
    ->send(Request::capture())
    ->through([new EncryptCookies($app->make('encrypter')), new AddQueuedCookiesToResponse($cookies), new StartSession($manager)])
    ->then(fn (Request $request) => new JsonResponse(carryOut(new LaravelVisit($request, $cookies))))
    ->send();
