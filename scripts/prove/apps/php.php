<?php
/** Plain PHP with its own sessions in Redis through phpredis. SERIALIZER is one of PHP's session serializers. */

require __DIR__.'/visit.php';

$redis = parse_url(getenv('REDIS_URL'));
ini_set('session.save_handler', 'redis');
ini_set('session.save_path', "tcp://{$redis['host']}:{$redis['port']}?database=".(int) ltrim($redis['path'] ?? '', '/'));
ini_set('session.serialize_handler', getenv('SERIALIZER') ?: 'php');
session_start();

header('content-type: application/json');
echo json_encode(carryOut(new class implements Visit {
    public function read(): ?array
    {
        return person($_SESSION['user_id'] ?? null, $_SESSION['name'] ?? null);
    }

    public function signIn(array $person): void
    {
        session_regenerate_id(true);
        $_SESSION['user_id'] = $person['id'];
        $_SESSION['name'] = $person['name'];
    }

    public function change(array $data): void
    {
        $_SESSION = $data + $_SESSION;
        $_SESSION['views'] = ($_SESSION['views'] ?? 0) + 1;
    }

    public function signOut(): void
    {
        session_destroy();
    }
}));
