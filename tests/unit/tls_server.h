/* tls_server.h - openssl's own test server, for what only a real handshake shows. */
#ifndef TAAMIM_TESTS_TLS_SERVER_H
#define TAAMIM_TESTS_TLS_SERVER_H
#include <stdbool.h>
#include <sys/types.h>

/* Makes cert.pem and key.pem in the folder; name is "127.0.0.1", or another host's. False where there is no openssl. */
bool tls_certificate(const char *folder, const char *name);
void tls_certificate_remove(const char *folder);

/* Listens on a free port and joins what arrives there with these two descriptors, which stay the caller's. Ends by
 * tls_server_stop(). */
pid_t tls_server_start(const char *folder, int in, int out, int *port_out);
void tls_server_stop(pid_t pid);

#endif
