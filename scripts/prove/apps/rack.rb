# Rack with Warden, signing in as Devise does. STORE is `rack` (redis-rack), `actionpack` (redis-actionpack) or `cache` (Rails's cache store).
require 'json'
require 'rack'
require 'rack/handler/webrick'
require 'redis'
require 'redis-store'
require 'redis-rack'
require 'warden'

Person = Struct.new(:id)
SALT = '$2a$12$proofproofproofproofpr'.freeze
DAY = 86_400

# The routes that all applications have: carries out what was asked on the session, and answers whom it belongs to.
def carry_out(path, ask, env)
  session = env['rack.session']
  warden = env['warden']
  case path
  when '/sign-in'
    warden.set_user(Person.new(ask['person']['id'].to_i))
    session['name'] = ask['person']['name']
  when '/change' then change(session, ask['data'] || {})
  when '/sign-out' then warden.logout
  when '/slow'
    warden.user
    wait_for(ask['hold'])
    change(session, {}) unless ask['reads']
  end
  person = warden.user
  { person: person && { id: person.id.to_s, name: session['name'] } }
end

def change(session, data)
  data.each { |key, value| session[key] = value }
  session['views'] = (session['views'] || 0) + 1
end

# Says by a file that the session was read, and waits for another to be there.
def wait_for(hold)
  File.write("#{hold}.arrived", '')
  1500.times do
    break if File.exist?(hold)

    sleep 0.02
  end
end

INNER = lambda do |env|
  request = Rack::Request.new(env)
  body = request.body.read
  answer = carry_out(request.path, body.empty? ? {} : JSON.parse(body), env)
  [200, { 'content-type' => 'application/json' }, [JSON.generate(answer)]]
end

WARDEN = Warden::Manager.new(INNER) do |config|
  config.default_scope = :user
  config.serialize_into_session(:user) { |person| [[person.id], SALT] }
  config.serialize_from_session(:user) { |(key, _salt)| Person.new(key.first) }
  config.failure_app = ->(_env) { [401, {}, []] }
end

def store(kind)
  url = ENV.fetch('REDIS_URL')
  if kind == 'rack'
    return Rack::Session::Redis.new(WARDEN, redis_store: Redis::Store.new(url: url, namespace: 'rack:session'), expire_after: DAY)
  end
  require 'active_support'
  require 'active_support/all'
  require 'action_dispatch'
  if kind == 'actionpack'
    require 'action_dispatch/middleware/session/redis_store'
    redis = Redis::Store.new(url: url, namespace: 'session')
    return ActionDispatch::Cookies.new(ActionDispatch::Session::RedisStore.new(WARDEN, redis_store: redis, key: '_proof_session', expire_after: DAY))
  end
  cache = ActiveSupport::Cache::RedisCacheStore.new(url: url)
  ActionDispatch::Cookies.new(ActionDispatch::Session::CacheStore.new(WARDEN, cache: cache, key: '_proof_session', expire_after: DAY))
end

trap('TERM') { Rack::Handler::WEBrick.shutdown }
Rack::Handler::WEBrick.run(store(ENV.fetch('STORE', 'rack')), Host: '127.0.0.1', Port: ENV.fetch('PORT').to_i, AccessLog: [],
                                                              Logger: WEBrick::Log.new($stderr, WEBrick::Log::FATAL))
