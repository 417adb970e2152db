<?php
/** Symfony's session over its RedisSessionHandler, with the security token where a firewall named main keeps it. */

require __DIR__.'/visit.php';
require 'Symfony/Component/HttpFoundation/autoload.php';
require 'Symfony/Component/Security/Core/autoload.php';
require 'Symfony/Component/Security/Http/autoload.php';

use Symfony\Component\HttpFoundation\Session\Session;
use Symfony\Component\HttpFoundation\Session\Storage\Handler\RedisSessionHandler;
use Symfony\Component\HttpFoundation\Session\Storage\NativeSessionStorage;
use Symfony\Component\Security\Core\User\InMemoryUser;
use Symfony\Component\Security\Http\Authenticator\Token\PostAuthenticationToken;

$url = parse_url(getenv('REDIS_URL'));
$redis = new Redis();
$redis->connect($url['host'], $url['port']);
$redis->select((int) ltrim($url['path'] ?? '', '/'));
$session = new Session(new NativeSessionStorage(['use_strict_mode' => '1'], new RedisSessionHandler($redis)));
$session->start();

$answer = carryOut(new class($session) implements Visit {
    public function __construct(private Session $session)
    {
    }

    public function read(): ?array
    {
        $token = $this->session->get('_security_main');

        return $token === null ? null : person(unserialize($token)->getUserIdentifier(), $this->session->get('name'));
    }

    public function signIn(array $person): void
    {
        $this->session->migrate(true);
        $user = new InMemoryUser($person['id'], 'secret', ['ROLE_USER']);
        $this->session->set('_security_main', serialize(new PostAuthenticationToken($user, 'main', ['ROLE_USER'])));
        $this->session->set('name', $person['name']);
    }

    public function change(array $data): void
    {
        foreach ($data as $key => $value) {
            $this->session->set($key, $value);
        }
        $this->session->set('views', $this->session->get('views', 0) + 1);
    }

    public function signOut(): void
    {
        $this->session->invalidate();
    }
});
$session->save();
header('content-type: application/json');
echo json_encode($answer);
