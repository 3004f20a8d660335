/* tls_server.c - the program behind tls_server.h. */
#include "unit/tls_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

bool tls_certificate(const char *folder, const char *name)
{
    char command[512];
    snprintf(command, sizeof command,
             "cd %s && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=%s -addext subjectAltName=%s "
             "-keyout key.pem -out cert.pem >/dev/null 2>&1",
             folder, name, name[0] == '1' ? "IP:127.0.0.1" : "DNS:other.example");
    return system(command) == 0;
}

void tls_certificate_remove(const char *folder)
{
    static const char *const names[] = {"cert.pem", "key.pem"};
    char path[256];
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
}

static int free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || getsockname(fd, (struct sockaddr *)&at, &length) < 0)
        abort();
    close(fd);
    return ntohs(at.sin_port);
}

static void wait_for_listener(int port)
{
    for (int i = 0; i < 500; i++) {
        char hex[16], line[256];
        bool found = false;
        FILE *table = fopen("/proc/net/tcp", "r");
        snprintf(hex, sizeof hex, ":%04X ", (unsigned)port);
        while (table && !found && fgets(line, sizeof line, table))
            found = strstr(line, hex) && strstr(line, " 0A ");
        if (table)
            fclose(table);
        if (found)
            return;
        usleep(10000);
    }
    fprintf(stderr, "openssl s_server does not listen\n");
    abort();
}

pid_t tls_server_start(const char *folder, int in, int out, int *port_out)
{
    char address[32];
    *port_out = free_port();
    snprintf(address, sizeof address, "127.0.0.1:%d", *port_out);
    pid_t pid = fork();
    if (pid == 0) {
        if (dup2(in, 0) == 0 && dup2(out, 1) == 1 && chdir(folder) == 0 && freopen("/dev/null", "w", stderr))
            execlp("openssl", "openssl", "s_server", "-quiet", "-accept", address, "-cert", "cert.pem", "-key",
                   "key.pem", NULL);
        _exit(127);
    }
    if (pid < 0)
        abort();
    wait_for_listener(*port_out);
    return pid;
}

void tls_server_stop(pid_t pid)
{
    kill(pid, SIGKILL); /* TERM may be blocked in who started it */
    waitpid(pid, NULL, 0);
}
