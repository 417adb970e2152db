<?php
/** The routes that the PHP applications have: carries out what was asked on the session, and answers whom it belongs to. */

interface Visit
{
    public function read(): ?array;

    public function signIn(array $person): void;

    public function change(array $data): void;

    public function signOut(): void;
}

function carryOut(Visit $visit): array
{
    $ask = json_decode(file_get_contents('php://input') ?: '{}', true) ?? [];
    switch (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
        case '/sign-in':
            $visit->signIn($ask['person']);
            break;
        case '/change':
            $visit->change($ask['data'] ?? []);
            break;
        case '/sign-out':
            $visit->signOut();

            return ['person' => null];
        case '/slow':
            $visit->read();
            waitFor($ask['hold']);
            if (!($ask['reads'] ?? false)) {
                $visit->change([]);
            }
    }

    return ['person' => $visit->read()];
}

/** Says by a file that the session was read, and waits for another to be there. */
function waitFor(string $hold): void
{
    touch("$hold.arrived");
    for ($waited = 0; $waited < 1500 && !file_exists($hold); $waited++) {
        usleep(20_000);
        clearstatcache();
    }
}

/** Ids of people are text to the one who asks. */
function person(mixed $id, ?string $name): ?array
{
    return $id === null ? null : ['id' => (string) $id, 'name' => $name];
}

error_reporting(E_ALL & ~E_DEPRECATED);
ini_set('display_errors', '0');
