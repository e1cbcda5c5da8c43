/*
 * secagg.h - secure aggregation for federated learning, for C and everything that speaks C.
 *
 * A server adds up the updates of its clients. It only ever decodes the SUM, even when clients drop out. This
 * header declares the whole library libsecagg. Docs/Security.md says what is protected and what is not.
 *
 *
 * A SESSION
 *
 * Client and server exchange messages, which are bytes. The application carries them over a connection that is
 * encrypted and authenticates the sender (TLS). Each client first receives the server's parameters, serialized.
 *
 *   server                                        client
 *   secagg_fedavg_create                          secagg_fedavg_create
 *   secagg_fedavg_context_float32                 secagg_fedavg_context_float32
 *   secagg_parameters_recommended
 *   secagg_parameters_serialize     ----------->  secagg_parameters_parse
 *   secagg_server_create                          secagg_client_create
 *
 * From then on each side runs one loop. The client sends its first message and answers those of the server:
 *
 *   secagg_failure failure;
 *   uint32_t awaited = 0, response = 0;
 *   send_message_of(client);                                    // secagg_client_message
 *   while (secagg_client_awaited(client, &awaited, &failure) == SECAGG_OK && awaited != SECAGG_ENDED) {
 *     wait_for_message(&data, &length);
 *     if (secagg_client_handle(client, data, length, 0, &response, &failure) != SECAGG_OK)
 *       return give_up(failure.message);
 *     if (response == SECAGG_STRAY) {
 *       log_line("%s", failure.message);
 *       continue;
 *     }
 *     if (response == SECAGG_INPUT_NEEDED &&
 *         secagg_client_mask_float32(client, fedavg, update, count, weight, 0, &failure) != SECAGG_OK)
 *       return give_up(failure.message);
 *     send_message_of(client);
 *   }
 *
 * The server collects messages, closes the round, and sends the messages of the next one, until it has the sum:
 *
 *   secagg_aggregate *sum = NULL;
 *   while (sum == NULL) {
 *     while (next_arrival(&sender, &data, &length)) {
 *       if (secagg_server_receive(server, sender, data, length, &failure) == SECAGG_MESSAGE_REFUSED)
 *         log_line("client %u: %s", failure.culprit, failure.message);   // dropped; go on
 *     }
 *     if (secagg_server_close_round(server, NULL, 0, &sum, &failure) != SECAGG_OK)
 *       return give_up(failure.message);
 *     size_t recipients = 0;
 *     secagg_server_awaited(server, ids, capacity, &recipients, &failure);
 *     for (size_t i = 0; i < recipients; i++) {
 *       secagg_bytes *message = NULL;
 *       if (secagg_server_message(server, ids[i], &message, &failure) == SECAGG_OK) {
 *         secagg_bytes_view(message, &data, &length, &failure);
 *         send_to(ids[i], data, length);
 *         secagg_bytes_free(message);
 *       }
 *     }
 *   }
 *   secagg_aggregate_mean_float32(sum, fedavg, mean, count, NULL, &failure);
 *
 * Examples/c/aggregate.c is a whole session.
 *
 *
 * HANDLES
 *
 * A handle is a pointer of its own type to something that the library made. Its value is a key, not an address:
 * it points to nothing, and no two handles of a process have the same value. NULL, a handle that was freed, a
 * handle of another kind, or a made-up one gives SECAGG_INVALID_HANDLE, and nothing else happens.
 *
 * Free every handle once, by the function ..._free of its kind; a client that has ended is freed as well. Freeing
 * NULL does nothing. Secrets are wiped from memory when they are no longer needed, at the latest when their
 * handle is freed. Handles are independent of each other: parameters, say, may be freed while clients made with
 * them live on.
 *
 * A function that makes a handle writes it to its argument `out`, or NULL if it fails.
 *
 *
 * MEMORY
 *
 * The library reads arguments during the call and does not keep them. It changes only the arguments that results
 * are written to. Arguments of one call must not overlap, unless all of them are only read.
 *
 * Bytes whose number is not known beforehand come as a handle secagg_bytes, and are read in place
 * (secagg_bytes_view). Numbers are written into the caller's arrays: `capacity` is the length of the
 * array and `*count` becomes how many numbers there are. If they do not fit, nothing else is written
 * and the status is SECAGG_BUFFER_TOO_SMALL; with a capacity of 0 the array may be NULL, to ask for the
 * count.
 *
 * A pointer may be NULL only where that is said. Keys, seeds and digests are arrays of exactly 32 bytes.
 * Numbers in messages and in stored bytes have one byte order, whatever the machine: they may be read on
 * another.
 *
 *
 * FAILURES
 *
 * Every function but those that cannot fail returns a status. The last argument, which may be NULL,
 * receives the same status, the client to blame, if there is one, and a sentence that says what was
 * expected, what came, and what to do. The sentence holds no secret. Nothing is kept in thread-local or global
 * variables.
 *
 * Unless said otherwise, a call that fails has changed nothing. There are two exceptions. A client that gives
 * SECAGG_SESSION_REFUSED has ended and wiped its secrets: its part in the session is over. A server whose sum is
 * inconsistent (SECAGG_SUM_INCONSISTENT) gives no sum any more: free it.
 *
 * Stray and repeated messages do not end a client. secagg_client_handle answers bytes that are not a message,
 * and a message for another client, session or round, with SECAGG_STRAY: the client has not changed. A repeated
 * message gives SECAGG_REPLY and the identical reply, or SECAGG_INPUT_NEEDED while the input is missing.
 *
 * No input makes the library abort the process or crash it, as long as pointers point to as much memory
 * as is said. If the system runs out of memory, the process ends.
 *
 *
 * THREADS
 *
 * Every function may be called from every thread at any time. Calls on one client, or on one server, run
 * one after the other; calls on different handles run in parallel. secagg_client_handle and
 * secagg_client_message are two calls: let one thread make both, or another message may be handled in between.
 * If a handle is freed while a call with it runs, that call ends normally and later calls do not find the handle.
 * (The memory that secagg_bytes_view has given lives exactly until secagg_bytes_free.)
 *
 * Calls with an argument `threads` use up to so many threads, the caller's own among them; 0 means as many as
 * there are processors. None is left behind. There are no callbacks, no signal handlers, and no threads
 * between calls.
 *
 * After fork(), only one of the two processes may go on with the clients of before: both would mask
 * with the same masks. A process may fork while other threads of it are in calls. The child can then make
 * new handles, and free those of before. It must not use a handle, other than to free it, that such a call
 * was using: the handle stays locked.
 *
 *
 * VERSIONS
 *
 * secagg_abi_version() gives major << 16 | minor of the interface. Within a major version, functions,
 * constants, and fields at the end of the structs that begin with `struct_size` are added, each time
 * with a new minor version, and nothing is changed or taken away. So a program runs with every library
 * that has its major version and a minor version not below its own:
 *
 *   if (!SECAGG_ABI_FITS(secagg_abi_version())) return too_old_or_too_new();
 *
 * The major version is part of the library's name for the loader (libsecagg.so.2). New minor versions
 * may add status codes: treat one that you do not know as SECAGG_SESSION_REFUSED at a client, and as
 * SECAGG_SUM_INCONSISTENT at a server.
 *
 * Structs that may grow begin with `uint32_t struct_size`, to be set to sizeof the struct; the macros
 * SECAGG_..._INIT do so, and set everything else to what is usual. A library takes a shorter struct of an
 * older program: what is missing has the value 0, which always means "as before". It refuses a longer one
 * of a newer program if anything that it does not know is not 0, with SECAGG_INVALID_ARGUMENT. Into a struct
 * that it fills in, it writes struct_size bytes and no more, and 0 into fields that it does not know.
 *
 * secagg_version() gives the version of the package. Messages and stored bytes carry versions of their
 * own: Docs/Specification.md.
 *
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SECAGG_H
#define SECAGG_H

#include <stddef.h>
#include <stdint.h>

#define SECAGG_ABI_MAJOR 2
#define SECAGG_ABI_MINOR 0

/* Whether a library of this version has all that this header has. */
#define SECAGG_ABI_FITS(version) \
  ((version) >> 16 == SECAGG_ABI_MAJOR && ((version) & 0xffff) + 1 > SECAGG_ABI_MINOR)

#if defined(__GNUC__) || defined(__clang__)
#define SECAGG_API __attribute__((visibility("default")))
#else
#define SECAGG_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------
 * Statuses
 * --------------------------------------------------------------------------------------------- */

/* There is one status for each thing that a caller does differently. */
typedef int32_t secagg_status;

enum {
  /* Done. */
  SECAGG_OK = 0,
  /* An argument is NULL, out of range, of the wrong length, or does not go with the others: correct
   * the program. */
  SECAGG_INVALID_ARGUMENT = 1,
  /* Not a live handle of this kind: correct the program. */
  SECAGG_INVALID_HANDLE = 2,
  /* The results do not fit; how many there are was written to `*count`. */
  SECAGG_BUFFER_TOO_SMALL = 3,
  /* No session, or no secagg_fedavg, can have these settings: change them. */
  SECAGG_INVALID_PARAMETERS = 4,
  /* The update does not have the model's length, is not finite, or weighs more than allowed: skip the
   * round, or train again. The client can still mask another. */
  SECAGG_INVALID_UPDATE = 5,
  /* The call does not belong to the present round: a client that does not need an input was given one, say,
   * or the session has ended. Nothing has changed. */
  SECAGG_WRONG_ROUND = 6,
  /* A client's message, or serialized parameters, cannot be read, are damaged, or do not belong here. At a
   * server: drop it and go on; `culprit` has sent it. At a client: it cannot take part with these parameters. */
  SECAGG_MESSAGE_REFUSED = 7,
  /* A server has no message for this client: it dropped out, was left out, or no round was closed yet. A
   * client has no message: it was stored without the one that was sent. */
  SECAGG_NO_MESSAGE = 8,
  /* A client rejects what the server asks of it, by the protocol or by its own policy. It has revealed
   * nothing, and has ended. */
  SECAGG_SESSION_REFUSED = 9,
  /* Too few clients are left for a sum that may be released: wait for more, or give the session up. */
  SECAGG_TOO_FEW_CLIENTS = 10,
  /* The answers so far do not suffice to take the masks off: wait for more and try again, or give the
   * session up. */
  SECAGG_MORE_ANSWERS_NEEDED = 11,
  /* There is no sum, or none that means anything: masks did not cancel, clients dealt shares of wrong
   * secrets, contributors have put values there that no honest ones do, or all weights are 0. Discard the
   * round and keep the model. */
  SECAGG_SUM_INCONSISTENT = 12,
  /* Stored bytes are damaged, cut short, of another kind or version, or stored under another key. */
  SECAGG_STATE_UNREADABLE = 13,
  /* The system gives no locked memory for an identity key: raise the limit (ulimit -l). */
  SECAGG_NO_RESOURCES = 14
};

/* What a call says of its status. Never grows. */
typedef struct secagg_failure {
  /* The status that the call returned. */
  secagg_status status;
  /* The client whose message was refused; 0 if no single client's was. */
  uint32_t culprit;
  /* A sentence in UTF-8, ending in a zero byte; cut where it does not fit. Empty for SECAGG_OK, except that
   * secagg_client_handle says why a message is stray. */
  char message[504];
} secagg_failure;

/* The version of the package, such as "0.9.0": a constant. */
SECAGG_API const char *secagg_version(void);

/* The version of this interface that the library has: major << 16 | minor. See VERSIONS. */
SECAGG_API uint32_t secagg_abi_version(void);

/* ------------------------------------------------------------------------------------------------
 * Bytes that the library gives
 * --------------------------------------------------------------------------------------------- */

typedef struct secagg_bytes secagg_bytes;

/* Where the bytes lie, and how many there are. They can be read until secagg_bytes_free, from all threads.
 * `*data` is never NULL, not even for no bytes. */
SECAGG_API secagg_status secagg_bytes_view(
    const secagg_bytes *bytes, const uint8_t **data, size_t *length, secagg_failure *failure);

/* Wipes and frees the bytes. */
SECAGG_API secagg_status secagg_bytes_free(secagg_bytes *bytes);

/* ------------------------------------------------------------------------------------------------
 * Federated averaging: updates as vectors that can be added, sums as weighted means (in Swift: SecureFedAvg)
 * --------------------------------------------------------------------------------------------- */

/* How updates are clipped and encoded. All clients and the server of a training use the same settings.
 * Immutable. */
typedef struct secagg_fedavg secagg_fedavg;

typedef struct secagg_fedavg_settings {
  uint32_t struct_size;
  /* The least number of bits of one encoded coordinate, 2 to 62, and no more than 64 with those that the
   * sum of maximum_contributors takes. Bits that are left over are used as well; no number is finer than
   * 52 bits. */
  uint32_t minimum_value_bits;
  /* The number of parameters of the model, at least 1. */
  uint64_t parameter_count;
  /* Each coordinate of an update is clipped to -bound ... bound, in units of the model. */
  double clipping_bound;
  /* The Euclidean norm of an update is shortened to this bound; INFINITY or 0 for none. */
  double norm_bound;
  /* The largest weight (number of examples) of one client; near the real ones, for precision. */
  uint64_t maximum_weight;
  /* The largest number of clients in one sum: at most the cohort's size. */
  uint32_t maximum_contributors;
  /* The number of whole numbers that a client adds beside its update, for example counts: see secagg_input. */
  uint32_t counter_count;
} secagg_fedavg_settings;

/* 16 bits and no bound of the norm; parameter_count, clipping_bound, maximum_weight and
 * maximum_contributors are still to be set. */
#define SECAGG_FEDAVG_SETTINGS_INIT \
  { sizeof(secagg_fedavg_settings), 16, 0, 0.0, 0.0, 0, 0, 0 }

/* SECAGG_INVALID_PARAMETERS for settings that do not go together. */
SECAGG_API secagg_status secagg_fedavg_create(
    const secagg_fedavg_settings *settings, secagg_fedavg **out, secagg_failure *failure);

typedef struct secagg_fedavg_info {
  uint32_t struct_size;
  /* The number of bits of one encoded coordinate. */
  uint32_t value_bits;
  /* The number of elements of a vector: the parameters, then the weight, then the counters. */
  uint64_t element_count;
  /* The number of 64-bit words of a vector on the wire. */
  uint64_t word_count;
  /* The distance of neighbouring encoded numbers, of an update with the largest weight. */
  double step;
} secagg_fedavg_info;

#define SECAGG_FEDAVG_INFO_INIT \
  { sizeof(secagg_fedavg_info), 0, 0, 0, 0.0 }

/* What follows from the settings. */
SECAGG_API secagg_status secagg_fedavg_get_info(
    const secagg_fedavg *fedavg, secagg_fedavg_info *info, secagg_failure *failure);

/* The digest of the settings, a round, the model that the updates are differences from, and the name of
 * the task: for `application_context` of the session. Clients that were given different models get
 * masks that do not cancel, rather than a sum that means nothing; a client compares it with the one in the
 * parameters by its policy.
 *
 * `count` is the number of parameters; they must be finite. The digest of float32 numbers is that of the
 * same numbers as float64. `task` is UTF-8 and ends in a zero byte. (In Swift: SecureFedAvg's
 * applicationContext of a model with one layer, named "parameters", of shape [count].) */
SECAGG_API secagg_status secagg_fedavg_context_float32(
    const secagg_fedavg *fedavg, const float *model, size_t count, uint64_t round,
    const char *task, uint8_t context[32], secagg_failure *failure);

SECAGG_API secagg_status secagg_fedavg_context_float64(
    const secagg_fedavg *fedavg, const double *model, size_t count, uint64_t round,
    const char *task, uint8_t context[32], secagg_failure *failure);

SECAGG_API secagg_status secagg_fedavg_free(secagg_fedavg *fedavg);

/* ------------------------------------------------------------------------------------------------
 * Parameters of a session
 * --------------------------------------------------------------------------------------------- */

/* Everything that the server and all clients of one session agree on. One session gives one sum, and
 * nothing of it is used again. Immutable. */
typedef struct secagg_parameters secagg_parameters;

/* What is assumed of the server; bits of a set where a policy accepts several. */
enum {
  /* It follows the protocol and may try to learn from what it sees. */
  SECAGG_SEMI_HONEST = 1,
  /* It may break every rule. Clients have identities then, and a directory of them. */
  SECAGG_MALICIOUS = 2
};

/* The ciphers of the masks; bits of a set where several are declared or accepted. */
enum {
  /* On every processor. */
  SECAGG_CHACHA20 = 1,
  /* On processors with instructions for AES only, and several times as fast there. */
  SECAGG_AES256CTR = 2
};

/* The set of the mask ciphers that this processor has. A client declares what it accepts of them to the
 * server, which offers one that all have declared. */
SECAGG_API uint32_t secagg_mask_ciphers(void);

/* Take this for corrupt_fraction or dropout_fraction to get the usual one. */
#define SECAGG_DEFAULT_FRACTION (-1.0)

/* What a session must withstand. */
typedef struct secagg_assumptions {
  uint32_t struct_size;
  /* The number of clients that may take part, 3 to 2^20. Their ids are 1 to cohort_size. */
  uint32_t cohort_size;
  /* SECAGG_SEMI_HONEST or SECAGG_MALICIOUS. */
  uint32_t threat_model;
  /* Anything beyond the sum is learnt with a probability of at most 2^-security_bits; 0 for 40. */
  uint32_t security_bits;
  /* A session in which no more clients leave than assumed fails with a probability below
   * 2^-failure_bits; 0 for 20. */
  uint32_t failure_bits;
  /* The smallest number of contributors whose sum may be released; 0 for the number of clients that
   * stay. A smaller number needs more neighbours. */
  uint32_t minimum_contributors;
  /* The fraction of the clients that collude with the server, from 0 and below 1; by default 0.05, and at
   * least one client. */
  double corrupt_fraction;
  /* The fraction of the clients that drop out, from 0 and below 1; by default 0.1. */
  double dropout_fraction;
  /* The set of mask ciphers that all clients have declared; the fastest is taken. 0 for ChaCha20. */
  uint32_t mask_ciphers;
  /* 1 if the corrupt clients drop out as well, in addition to dropout_fraction, and must not prevent a
   * sum; 0 if not. */
  uint32_t corrupt_clients_drop_out;
} secagg_assumptions;

#define SECAGG_ASSUMPTIONS_INIT \
  { sizeof(secagg_assumptions), 0, SECAGG_SEMI_HONEST, 0, 0, 0, SECAGG_DEFAULT_FRACTION, \
    SECAGG_DEFAULT_FRACTION, 0, 0 }

/* Parameters of a new session whose degree and threshold are computed from what it must withstand: the
 * way to make them. `context` is the application context, for example secagg_fedavg_context_float32.
 *
 * SECAGG_INVALID_PARAMETERS if no session withstands it. */
SECAGG_API secagg_status secagg_parameters_recommended(
    const secagg_assumptions *assumptions, const secagg_fedavg *fedavg,
    const uint8_t context[32], secagg_parameters **out, secagg_failure *failure);

/* Degree and threshold as prescribed. */
typedef struct secagg_session_settings {
  uint32_t struct_size;
  /* SECAGG_SEMI_HONEST or SECAGG_MALICIOUS. */
  uint32_t threat_model;
  /* The number of clients that may take part, 3 to 2^20. Their ids are 1 to cohort_size. */
  uint32_t cohort_size;
  /* The number of neighbours of a client, even; 0 for the complete graph. */
  uint32_t degree;
  /* The number of neighbours that can recover a client's secret, 2 to the degree; in the malicious model
   * more than half of it, which is advisable in the other as well. */
  uint32_t threshold;
  /* The smallest number of contributors whose sum may be released, at least 2. */
  uint32_t minimum_contributors;
  /* SECAGG_CHACHA20 or SECAGG_AES256CTR. */
  uint32_t mask_cipher;
  /* 0. */
  uint32_t reserved;
} secagg_session_settings;

#define SECAGG_SESSION_SETTINGS_INIT \
  { sizeof(secagg_session_settings), SECAGG_SEMI_HONEST, 0, 0, 0, 0, SECAGG_CHACHA20, 0 }

/* Parameters of a new session with a graph of one's own. SECAGG_INVALID_PARAMETERS if they do not go
 * together. */
SECAGG_API secagg_status secagg_parameters_create(
    const secagg_session_settings *settings, const secagg_fedavg *fedavg,
    const uint8_t context[32], secagg_parameters **out, secagg_failure *failure);

/* Reads what secagg_parameters_serialize gave at the server, and validates it. Whether the parameters are
 * safe enough is for the client's policy to say. SECAGG_MESSAGE_REFUSED. */
SECAGG_API secagg_status secagg_parameters_parse(
    const uint8_t *data, size_t length, secagg_parameters **out, secagg_failure *failure);

/* The parameters in bytes, for the clients. */
SECAGG_API secagg_status secagg_parameters_serialize(
    const secagg_parameters *parameters, secagg_bytes **out, secagg_failure *failure);

typedef struct secagg_parameters_info {
  uint32_t struct_size;
  uint32_t threat_model;
  uint32_t cohort_size;
  uint32_t degree;
  uint32_t threshold;
  uint32_t minimum_contributors;
  uint32_t maximum_contributors;
  uint32_t mask_cipher;
  /* The number of elements of a vector, and of 64-bit words on the wire. */
  uint64_t element_count;
  uint64_t word_count;
  /* The most bytes that a message of this session can have: refuse longer ones while they arrive. */
  uint64_t maximum_client_message_length;
  uint64_t maximum_server_message_length;
  /* Random bytes that name the session. */
  uint8_t session_id[32];
  /* What the sum is for. */
  uint8_t application_context[32];
  /* The digest of all parameters. */
  uint8_t digest[32];
} secagg_parameters_info;

#define SECAGG_PARAMETERS_INFO_INIT \
  { sizeof(secagg_parameters_info), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, {0}, {0}, {0} }

SECAGG_API secagg_status secagg_parameters_get_info(
    const secagg_parameters *parameters, secagg_parameters_info *info, secagg_failure *failure);

SECAGG_API secagg_status secagg_parameters_free(secagg_parameters *parameters);

/* ------------------------------------------------------------------------------------------------
 * Identities, for the malicious model
 * --------------------------------------------------------------------------------------------- */

/* A client's long-lived key pair (Ed25519), in locked memory. Immutable. */
typedef struct secagg_identity secagg_identity;

/* A fresh key pair. SECAGG_NO_RESOURCES. */
SECAGG_API secagg_status secagg_identity_generate(secagg_identity **out, secagg_failure *failure);

/* The key pair of a seed that was kept. SECAGG_NO_RESOURCES. */
SECAGG_API secagg_status secagg_identity_from_seed(
    const uint8_t seed[32], secagg_identity **out, secagg_failure *failure);

/* Writes the secret seed, to be kept in a safe place; wipe the array afterwards. */
SECAGG_API secagg_status secagg_identity_seed(
    const secagg_identity *identity, uint8_t seed[32], secagg_failure *failure);

/* Writes the public key, for the directories of the others. */
SECAGG_API secagg_status secagg_identity_public_key(
    const secagg_identity *identity, uint8_t key[32], secagg_failure *failure);

/* The identity lives on in the clients that were made with it. */
SECAGG_API secagg_status secagg_identity_free(secagg_identity *identity);

/* Whose public key stands behind which client of a session. The root of trust of the malicious model: it
 * must not come from the server. Immutable. */
typedef struct secagg_directory secagg_directory;

/* Key number i, at keys + 32 * i, is that of client ids[i]. No client and no key may come twice. */
SECAGG_API secagg_status secagg_directory_create(
    const uint32_t *ids, const uint8_t *keys, size_t count, secagg_directory **out,
    secagg_failure *failure);

SECAGG_API secagg_status secagg_directory_free(secagg_directory *directory);

/* ------------------------------------------------------------------------------------------------
 * Clients
 * --------------------------------------------------------------------------------------------- */

/* A client of one session. */
typedef struct secagg_client secagg_client;

/* What a client expects, and the least that it accepts, whatever a server offers. 0 demands nothing beyond what
 * every session must have. */
typedef struct secagg_policy {
  uint32_t struct_size;
  /* The smallest cohort, and the smallest number of clients that actually advertise keys. */
  uint32_t minimum_cohort_size;
  uint32_t minimum_threshold;
  /* The smallest number of contributors to a sum that the client helps to unmask. */
  uint32_t minimum_contributors;
  /* The sets of threat models and of mask ciphers that the client accepts; 0 for all. */
  uint32_t threat_models;
  uint32_t mask_ciphers;
  /* The application context (32 bytes) that the session must have. The client computes it from the model
   * and the task that it has, for example with secagg_fedavg_context_float32. Never NULL, and never
   * taken from the parameters: a server could then give this client another model than the others, and
   * learn its update from the sum (Pasquini et al., "Eluding Secure Aggregation in Federated Learning via
   * Model Inconsistency", 2022). It is read during the call and not kept. */
  const uint8_t *application_context;
  /* The fraction of the clients that the client expects to collude with the server, from 0 and below 1. It
   * counts if security_bits is not 0. */
  double corrupt_fraction;
  /* The client computes itself what degree, threshold and minimum of contributors risk, and refuses a
   * session in which more than the sum is learnt with a probability above 2^-security_bits, 1 to 256; 0
   * for no such check. */
  uint32_t security_bits;
  /* 0. */
  uint32_t reserved;
} secagg_policy;

/* No demands; application_context is still to be set. */
#define SECAGG_POLICY_INIT \
  { sizeof(secagg_policy), 0, 0, 0, 0, 0, NULL, 0.05, 0, 0 }

/* A client with fresh keys. Its first message is ready: secagg_client_message.
 *
 * `id` is the client's number in the cohort, 1 to cohort_size, as the server has assigned it. `policy` is
 * never NULL, and neither is its application_context. `identity` and `directory` are needed in the malicious
 * model and must be NULL in the semi-honest one. The client keeps what it needs of them.
 *
 * SECAGG_SESSION_REFUSED if the session has another context or the parameters fall below the policy;
 * SECAGG_INVALID_ARGUMENT. */
SECAGG_API secagg_status secagg_client_create(
    const secagg_parameters *parameters, uint32_t id, const secagg_policy *policy,
    const secagg_identity *identity, const secagg_directory *directory, secagg_client **out,
    secagg_failure *failure);

/* The rounds. A server is in the round whose messages it collects; a client awaits the server message that
 * opens a round. */
enum {
  SECAGG_ADVERTISE_KEYS = 0,
  SECAGG_SHARE_KEYS = 1,
  SECAGG_MASKED_INPUT = 2,
  /* In the malicious model only. */
  SECAGG_CONSISTENCY_CHECK = 3,
  SECAGG_UNMASKING = 4,
  /* Instead of a round: a client whose part is over, or a server that gave the aggregate or has none. */
  SECAGG_ENDED = 5,
  /* Instead of a round: a client that awaits its own input, by secagg_client_mask_float32, say. */
  SECAGG_INPUT = 6
};

/* What the client awaits: the round that the next server message opens, SECAGG_INPUT, or SECAGG_ENDED. A client
 * has ended when it has revealed its shares, or has rejected what the server asked. */
SECAGG_API secagg_status secagg_client_awaited(
    const secagg_client *client, uint32_t *awaited, secagg_failure *failure);

/* The number of the client in its cohort. */
SECAGG_API secagg_status secagg_client_id(
    const secagg_client *client, uint32_t *id, secagg_failure *failure);

/* The parameters of the client's session. */
SECAGG_API secagg_status secagg_client_parameters(
    const secagg_client *client, secagg_parameters **out, secagg_failure *failure);

/* The client's message for the server: its first message, then its reply to the last server message that it
 * has handled, or its masked update. It can be asked for again, and is the same then, for example if the
 * connection was lost. SECAGG_WRONG_ROUND if the client has rejected what the server asked; SECAGG_NO_MESSAGE if
 * it was stored without the message. */
SECAGG_API secagg_status secagg_client_message(
    const secagg_client *client, secagg_bytes **out, secagg_failure *failure);

/* The same, written to memory of the caller's: a long message lies in memory once less. SECAGG_BUFFER_TOO_SMALL
 * if it does not fit `capacity`; `length` is its length in any case. */
SECAGG_API secagg_status secagg_client_write_message(
    const secagg_client *client, uint8_t *buffer, size_t capacity, size_t *length,
    secagg_failure *failure);

/* What a server message leads to. */
enum {
  /* The reply is ready: send secagg_client_message. A repeated server message has the identical reply. */
  SECAGG_REPLY = 1,
  /* The masking round has begun: call secagg_client_mask_float32, say, then send secagg_client_message. Training
   * may start now. */
  SECAGG_INPUT_NEEDED = 2,
  /* The bytes are not a message, or the message is for another client, session or round. Nothing has changed.
   * The failure's message says why; its status is SECAGG_OK. */
  SECAGG_STRAY = 3
};

/* Takes any message of the server. `threads` is how many threads to use at most; 0 for as many as there are
 * processors. After the last round the client's secrets are wiped, and only its message is left.
 *
 * SECAGG_SESSION_REFUSED: the server asks for what the protocol or the policy forbids, and the client has
 * ended. `response` is not written then. */
SECAGG_API secagg_status secagg_client_handle(
    secagg_client *client, const uint8_t *message, size_t length, uint32_t threads,
    uint32_t *response, secagg_failure *failure);

/* Masks the update of a client that awaits its input. Its message is then the masked update.
 *
 * `update` is local model minus global model, `count` numbers; they are read where they are, in blocks.
 * `weight` is the client's number of examples. `fedavg` must have the settings that the session was
 * made with. float32 numbers give what the same numbers give as float64.
 *
 * A client masks once: SECAGG_WRONG_ROUND before it awaits its input, and afterwards. SECAGG_INVALID_UPDATE,
 * SECAGG_INVALID_ARGUMENT: nothing has changed. SECAGG_SESSION_REFUSED: the client has ended. */
SECAGG_API secagg_status secagg_client_mask_float32(
    secagg_client *client, const secagg_fedavg *fedavg, const float *update, size_t count,
    uint64_t weight, uint32_t threads, secagg_failure *failure);

SECAGG_API secagg_status secagg_client_mask_float64(
    secagg_client *client, const secagg_fedavg *fedavg, const double *update, size_t count,
    uint64_t weight, uint32_t threads, secagg_failure *failure);

/* What a client adds to the sum, with all that there can be. */
typedef struct secagg_input {
  uint32_t struct_size;
  /* How many threads to use at most; 0 for as many as there are processors. */
  uint32_t threads;
  /* The update, `count` numbers of one of two types; the other pointer is NULL. */
  const float *float32;
  const double *float64;
  size_t count;
  /* The client's number of examples. */
  uint64_t weight;
  /* Numbers of at most secagg_fedavg_info.value_bits bits, as many as the settings say. They are neither
   * weighted nor rounded: their sums are exact. NULL if there are none. */
  const uint64_t *counters;
  size_t counter_count;
  /* 32 bytes: the digest of what the client learnt after the session had begun and its update depends on, such
   * as the model. Masks cancel only among clients with the same digest, and only if the server closes the
   * last round with it: secagg_server_close_round. NULL if application_context says everything. */
  const uint8_t *input_context;
} secagg_input;

#define SECAGG_INPUT_INIT \
  { sizeof(secagg_input), 0, NULL, NULL, 0, 0, NULL, 0, NULL }

/* As secagg_client_mask_float32, with counters and an input context. SECAGG_INVALID_UPDATE as well for
 * counters that do not fit. */
SECAGG_API secagg_status secagg_client_mask(
    secagg_client *client, const secagg_fedavg *fedavg, const secagg_input *input,
    secagg_failure *failure);

/* Draws a key for secagg_client_store. Keep it where only this client's own processes can read it. */
SECAGG_API secagg_status secagg_storage_key(uint8_t key[32], secagg_failure *failure);

/* The client in bytes, sealed under a key (XChaCha20-Poly1305), from which secagg_client_restore makes the same
 * client again, in this process or another. The client goes on.
 *
 * WARNING: store the client after each secagg_client_handle and secagg_client_mask_..., in the place of the bytes
 * that were stored before, and only THEN send its message. A client that is restored from older bytes could mask a
 * second update with the same masks, or reveal both secrets of a neighbour. Sealing does not tell old bytes
 * from new ones. For the same reason only one of a client and those restored from it may go on.
 *
 * `keeping_message`: 0 leaves a masked update that is to be sent out of the bytes, if its message has been handed
 * to what sends it. It makes up nearly all of them. The restored client gives SECAGG_NO_MESSAGE until its next
 * reply. Any other number keeps the message. */
SECAGG_API secagg_status secagg_client_store(
    const secagg_client *client, const uint8_t key[32], int32_t keeping_message, secagg_bytes **out,
    secagg_failure *failure);

/* The client of stored bytes. `identity` and `directory` are needed in the malicious model, the same as before,
 * and must be NULL in the semi-honest one. SECAGG_STATE_UNREADABLE. */
SECAGG_API secagg_status secagg_client_restore(
    const uint8_t *data, size_t length, const uint8_t key[32], const secagg_identity *identity,
    const secagg_directory *directory, secagg_client **out, secagg_failure *failure);

/* Wipes the client's secrets. */
SECAGG_API secagg_status secagg_client_free(secagg_client *client);

/* ------------------------------------------------------------------------------------------------
 * Servers
 * --------------------------------------------------------------------------------------------- */

/* The server of one session. It needs memory for one vector, not for one of each client. */
typedef struct secagg_server secagg_server;

/* Opens a session. `directory` is needed in the malicious model and must be NULL in the semi-honest one. */
SECAGG_API secagg_status secagg_server_create(
    const secagg_parameters *parameters, const secagg_directory *directory, secagg_server **out,
    secagg_failure *failure);

/* The round whose messages the server collects, or SECAGG_ENDED. */
SECAGG_API secagg_status secagg_server_round(
    const secagg_server *server, uint32_t *round, secagg_failure *failure);

/* The parameters of the server's session. */
SECAGG_API secagg_status secagg_server_parameters(
    const secagg_server *server, secagg_parameters **out, secagg_failure *failure);

/* Takes a client's message. `sender` is the client that the connection has authenticated.
 *
 * SECAGG_MESSAGE_REFUSED, with `culprit`: the message is dropped and nothing has changed. */
SECAGG_API secagg_status secagg_server_receive(
    secagg_server *server, uint32_t sender, const uint8_t *message, size_t length,
    secagg_failure *failure);

/* The clients whose message of the present round was accepted, in ascending order. */
SECAGG_API secagg_status secagg_server_received(
    const secagg_server *server, uint32_t *ids, size_t capacity, size_t *count,
    secagg_failure *failure);

/* The clients that can still send a message of the present round, in ascending order. Right after
 * secagg_server_close_round, send each of them its secagg_server_message. When none is left, do not wait. */
SECAGG_API secagg_status secagg_server_awaited(
    const secagg_server *server, uint32_t *ids, size_t capacity, size_t *count,
    secagg_failure *failure);

/* The message that opens the present round for one client; made anew at each call. SECAGG_NO_MESSAGE for a client
 * that dropped out or was left out, SECAGG_WRONG_ROUND before the first secagg_server_close_round and after the end. */
SECAGG_API secagg_status secagg_server_message(
    const secagg_server *server, uint32_t recipient, secagg_bytes **out, secagg_failure *failure);

/* The sum of the clients whose masked input arrived. */
typedef struct secagg_aggregate secagg_aggregate;

/* Ends the present round and opens the next one; `*out` is NULL then. In the last round takes the masks off,
 * writes the aggregate to `out`, and ends the session. A client that has not sent its message by now has dropped
 * out.
 *
 * `input_context` (32 bytes) is the one that the clients masked with: see secagg_input. It counts in the last
 * round only; with another one the masks do not cancel: SECAGG_SUM_INCONSISTENT. NULL for none. `threads` is how
 * many threads to use at most; 0 for as many as there are processors.
 *
 * SECAGG_TOO_FEW_CLIENTS: the round stays open. SECAGG_MORE_ANSWERS_NEEDED, in the last round: nothing has
 * changed, try again after more messages. SECAGG_SUM_INCONSISTENT, in the last round: there is no sum, and more
 * messages do not help. Clients that dealt shares of wrong secrets are named in the text and by
 * secagg_server_faults: leave them out of the next cohort. SECAGG_WRONG_ROUND after the end. */
SECAGG_API secagg_status secagg_server_close_round(
    secagg_server *server, const uint8_t *input_context, uint32_t threads, secagg_aggregate **out,
    secagg_failure *failure);

/* Something wrong with a share. `finding` says which client is at fault. Never grows. */
typedef struct secagg_fault {
  /* The client that held the share. */
  uint32_t holder;
  /* The client whose secret was shared. */
  uint32_t dealer;
  /* Whose secret: 1 that of the self mask, 2 that of the mask key. */
  uint32_t secret;
  /* SECAGG_WRONG_SHARE, SECAGG_UNOPENED or SECAGG_WRONG_SECRET. */
  uint32_t finding;
} secagg_fault;

enum {
  /* The holder revealed another share than the dealer's: the holder lied. */
  SECAGG_WRONG_SHARE = 1,
  /* The holder reports that the dealer's shares do not open. One of the two is at fault. */
  SECAGG_UNOPENED = 2,
  /* The dealer dealt shares of a wrong secret: the dealer lied. `holder` is the dealer too. */
  SECAGG_WRONG_SECRET = 3
};

/* The faults that the last call of secagg_server_close_round found, if it failed in the last round, by dealer,
 * then by holder. Empty before such a call and after a sum: the faults of a sum are in secagg_aggregate_faults.
 * They are not stored by secagg_server_store. */
SECAGG_API secagg_status secagg_server_faults(
    const secagg_server *server, secagg_fault *faults, size_t capacity, size_t *count,
    secagg_failure *failure);

/* The whole state in bytes, for secagg_server_restore. The server goes on.
 *
 * Store it after secagg_server_close_round as well, BEFORE any message of the round that was opened is
 * sent: a server that forgets that it has asked, and asks again about other contributors, collects both
 * secrets of a client. In the last round it holds the shares that were revealed: keep it secret. */
SECAGG_API secagg_status secagg_server_store(
    const secagg_server *server, secagg_bytes **out, secagg_failure *failure);

/* The server of a stored state. `directory`: the same as before, see secagg_server_create.
 * SECAGG_STATE_UNREADABLE. */
SECAGG_API secagg_status secagg_server_restore(
    const uint8_t *data, size_t length, const secagg_directory *directory, secagg_server **out,
    secagg_failure *failure);

SECAGG_API secagg_status secagg_server_free(secagg_server *server);

/* ------------------------------------------------------------------------------------------------
 * Aggregates. Immutable.
 * --------------------------------------------------------------------------------------------- */

/* The clients whose updates are in the sum, in ascending order. */
SECAGG_API secagg_status secagg_aggregate_contributors(
    const secagg_aggregate *aggregate, uint32_t *ids, size_t capacity, size_t *count,
    secagg_failure *failure);

/* The faults that were found on the way to the sum, by dealer, then by holder; usually none. */
SECAGG_API secagg_status secagg_aggregate_faults(
    const secagg_aggregate *aggregate, secagg_fault *faults, size_t capacity, size_t *count,
    secagg_failure *failure);

/* Writes the weighted mean of the contributors' updates: `count` numbers, exactly as many as the model
 * has parameters, rounded to float32, or as they are. `fedavg` must have the settings of the session.
 * `total_weight`, the sum of the contributors' weights, may be NULL.
 *
 * SECAGG_SUM_INCONSISTENT: a contributor lied, or all weights are 0; nothing is written. */
SECAGG_API secagg_status secagg_aggregate_mean_float32(
    const secagg_aggregate *aggregate, const secagg_fedavg *fedavg, float *mean, size_t count,
    uint64_t *total_weight, secagg_failure *failure);

SECAGG_API secagg_status secagg_aggregate_mean_float64(
    const secagg_aggregate *aggregate, const secagg_fedavg *fedavg, double *mean, size_t count,
    uint64_t *total_weight, secagg_failure *failure);

/* Writes the exact sums of the contributors' counters. `fedavg` must have the settings of the session. */
SECAGG_API secagg_status secagg_aggregate_counters(
    const secagg_aggregate *aggregate, const secagg_fedavg *fedavg, uint64_t *sums,
    size_t capacity, size_t *count, secagg_failure *failure);

SECAGG_API secagg_status secagg_aggregate_free(secagg_aggregate *aggregate);

#ifdef __cplusplus
}
#endif

#endif
