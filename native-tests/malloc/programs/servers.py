# SPDX-License-Identifier: MIT
"""Servers that are preloaded and asked over loopback."""

import contextlib
import hashlib
import http.client
import os
import socket
import subprocess
import threading
import time

from result import Result, run


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextlib.contextmanager
def serving(command, environment, port):
    """The server, from when it accepts connections; its standard error is in the file `errors`."""
    with open("errors", "w", encoding="utf-8") as errors:
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=errors)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield server
    finally:
        server.terminate()
        server.wait(30)


def errors_written():
    with open("errors", encoding="utf-8") as file:
        return file.read()


REDIS_SCRIPT = """
local sum = 0
for i = 1, 20000 do redis.call('hset', 'h' .. i % 50, 'f' .. i, string.rep('v', i % 400)) end
for i = 0, 49 do sum = sum + redis.call('hlen', 'h' .. i) end
for i = 1, 5000 do redis.call('zadd', 'z', i * 7919 % 5003, 'm' .. i) redis.call('append', 'a', i) end
return {sum, redis.call('zcard', 'z'), redis.call('strlen', 'a'), redis.call('zrange', 'z', 10, 20)}
"""


def redis(environment):
    port = str(free_port())
    server = ["redis-server", "--port", port, "--save", "", "--io-threads", "3", "--dir", "."]
    with serving(server, environment, int(port)):
        cli = ["redis-cli", "-p", port]
        result = run([*cli, "eval", REDIS_SCRIPT, "0"], environment)
        loaded = run(["redis-benchmark", "-p", port, "-n", "6000", "-q", "-r", "1000", "-d", "900",
                      "-t", "set,get,lpush,rpop,hset,lrange_100,mset"], environment)
        result += Result("", loaded.errors, loaded.status)
        result += run([*cli, "flushall"], environment)
        result += run([*cli, "dbsize"], environment)
    return result + Result("", errors_written(), 0)


NGINX = """
daemon off; pid nginx.pid; worker_processes 2; error_log stderr;
events {{ worker_connections 256; }}
http {{ access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4;
  scgi_temp_path t5; gzip on; gzip_types *; gzip_min_length 1;
  server {{ listen 127.0.0.1:{port}; root {root}; location /again {{ proxy_pass http://127.0.0.1:{port}/file; }} }} }}
"""


def ask(port, answers, number):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    digest = hashlib.md5()
    for i in range(150):
        headers = {"Accept-Encoding": "gzip"} if i % 2 else {}
        connection.request("GET", ("/file", "/again", "/none")[i % 3], headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        digest.update(f"{answer.status} {len(body) if answer.status == 200 else 0}".encode())
    answers[number] = digest.hexdigest()


def nginx(environment):
    port = free_port()
    with open("file", "w", encoding="utf-8") as file:
        file.write("".join(f"{i * 7919 % 10007}\n" for i in range(60000)))
    with open("nginx.conf", "w", encoding="utf-8") as file:
        file.write(NGINX.format(port=port, root=os.getcwd()))
    os.chmod(".", 0o755)
    answers = [""] * 6
    command = ["nginx", "-p", os.getcwd(), "-c", "nginx.conf", "-e", "stderr"]
    with serving(command, environment, port):
        threads = [threading.Thread(target=ask, args=(port, answers, i)) for i in range(len(answers))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return Result("\n".join(answers), errors_written(), 0 if all(answers) else 1)
