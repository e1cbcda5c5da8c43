/*
 * One round of federated averaging with secure aggregation, server and clients in one program. Clients drop out
 * in every round, one is stored and restored after each message, and messages arrive twice or from another
 * sender. The server still gets the weighted mean of the clients whose masked update arrived, and nothing else.
 *
 * In an application, what is copied here from one party to the other goes over an authenticated, encrypted
 * connection, and each party has only its own handles.
 */
#include <math.h>
#include <secagg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLIENTS = 12, PARAMETERS = 5000, LARGEST_WEIGHT = 500 };

/* The round before which each client drops out: 0, 1, 2 or the last; 9 for never. */
static const int drops_out_before[CLIENTS] = {9, 9, 9, 0, 9, 1, 9, 2, 9, 9, 4, 9};

/* Ends the program unless a call gives the expected status. */
#define MUST(call) must((call), SECAGG_OK, &failure, #call, __LINE__)
#define MUST_GIVE(status, call) must((call), (status), &failure, #call, __LINE__)

static void must(
    secagg_status found, secagg_status expected, const secagg_failure *failure, const char *call,
    int line) {
  if (found == expected) return;
  fprintf(stderr, "line %d: %s\n  gave %d: %s\n", line, call, (int)found, failure->message);
  exit(1);
}

/* A client as an application would have it: its data, and its part in the session. */
typedef struct {
  uint32_t id;
  uint64_t weight;
  float update[PARAMETERS];
  secagg_identity *identity;
  secagg_client *session;
} client;

static client clients[CLIENTS];

/* Some training: numbers between -1 and 1 that depend on the client. */
static void train(client *c) {
  uint32_t state = 2654435761u * c->id;
  c->weight = 50 + 30 * c->id;
  for (size_t i = 0; i < PARAMETERS; i++) {
    state = 1664525u * state + 1013904223u;
    c->update[i] = (float)(state >> 8) / (float)(1 << 23) - 1.0f;
  }
}

/* What every party of a training knows beforehand. */
static secagg_fedavg *agreed_fedavg(void) {
  secagg_failure failure;
  secagg_fedavg *fedavg = NULL;
  secagg_fedavg_settings settings = SECAGG_FEDAVG_SETTINGS_INIT;
  settings.parameter_count = PARAMETERS;
  settings.clipping_bound = 1.0;
  settings.maximum_weight = LARGEST_WEIGHT;
  settings.maximum_contributors = CLIENTS;
  MUST(secagg_fedavg_create(&settings, &fedavg, &failure));
  return fedavg;
}

/* The server's side before round 0: parameters, in bytes for the clients. */
static secagg_bytes *new_session(
    uint32_t threat_model, const secagg_fedavg *fedavg, const float *model,
    const secagg_directory *directory, secagg_server **server) {
  secagg_failure failure;
  uint8_t context[32];
  secagg_parameters *parameters = NULL;
  secagg_bytes *bytes = NULL;
  MUST(secagg_fedavg_context_float32(
      fedavg, model, PARAMETERS, 1, "example", context, &failure));
  secagg_assumptions assumptions = SECAGG_ASSUMPTIONS_INIT;
  assumptions.cohort_size = CLIENTS;
  assumptions.threat_model = threat_model;
  assumptions.dropout_fraction = 0.35;
  assumptions.mask_ciphers = secagg_mask_ciphers();
  MUST(secagg_parameters_recommended(&assumptions, fedavg, context, &parameters, &failure));
  MUST(secagg_server_create(parameters, directory, server, &failure));
  MUST(secagg_parameters_serialize(parameters, &bytes, &failure));
  secagg_parameters_free(parameters);
  return bytes;
}

/* A client's side before round 0: it accepts the parameters, or does not. */
static void join(
    client *c, const secagg_bytes *announced, const secagg_fedavg *fedavg, const float *model,
    const secagg_directory *directory) {
  secagg_failure failure;
  const uint8_t *data = NULL;
  size_t length = 0;
  uint8_t context[32];
  secagg_parameters *parameters = NULL;
  MUST(secagg_bytes_view(announced, &data, &length, &failure));
  MUST(secagg_parameters_parse(data, length, &parameters, &failure));
  MUST(secagg_fedavg_context_float32(
      fedavg, model, PARAMETERS, 1, "example", context, &failure));
  secagg_policy policy = SECAGG_POLICY_INIT;
  policy.minimum_cohort_size = 8;
  policy.minimum_contributors = 5;
  policy.application_context = context;
  MUST(secagg_client_create(
      parameters, c->id, &policy, c->identity, directory, &c->session, &failure));
  secagg_parameters_free(parameters);
}

/* Handles a message of the server. The client masks its update when the session asks for it. */
static void handle(
    client *c, const uint8_t *message, size_t length, const secagg_fedavg *fedavg) {
  secagg_failure failure;
  uint32_t response = 0;
  MUST(secagg_client_handle(c->session, message, length, 2, &response, &failure));
  if (response == SECAGG_STRAY) {
    fprintf(stderr, "%s\n", failure.message);
    exit(1);
  }
  if (response == SECAGG_INPUT_NEEDED)
    MUST(secagg_client_mask_float32(
        c->session, fedavg, c->update, PARAMETERS, c->weight, 2, &failure));
  /* Half a message is stray: the client goes on with the right one. */
  MUST(secagg_client_handle(c->session, message, length / 2, 2, &response, &failure));
  if (response != SECAGG_STRAY || failure.message[0] == 0) exit(1);
}

/* Sends the client's message. */
static void send_to_server(const client *c, secagg_server *server) {
  secagg_failure failure;
  secagg_bytes *message = NULL;
  const uint8_t *data = NULL;
  size_t length = 0;
  MUST(secagg_client_message(c->session, &message, &failure));
  MUST(secagg_bytes_view(message, &data, &length, &failure));
  MUST(secagg_server_receive(server, c->id, data, length, &failure));
  /* The network delivers it twice, and once as somebody else's. */
  MUST_GIVE(SECAGG_MESSAGE_REFUSED, secagg_server_receive(server, c->id, data, length, &failure));
  uint32_t other = c->id % CLIENTS + 1;
  MUST_GIVE(SECAGG_MESSAGE_REFUSED, secagg_server_receive(server, other, data, length, &failure));
  if (failure.culprit != other) exit(1);
  secagg_bytes_free(message);
}

/* An application that is killed before it sends its message: the client goes on from sealed bytes. */
static void store_and_restore(client *c, const secagg_directory *directory) {
  secagg_failure failure;
  uint8_t key[32];
  secagg_bytes *stored = NULL;
  const uint8_t *data = NULL;
  size_t length = 0;
  MUST(secagg_storage_key(key, &failure));
  MUST(secagg_client_store(c->session, key, 1, &stored, &failure));
  MUST(secagg_client_free(c->session));
  MUST(secagg_bytes_view(stored, &data, &length, &failure));
  MUST(secagg_client_restore(data, length, key, c->identity, directory, &c->session, &failure));
  secagg_bytes_free(stored);
}

/* Runs one round after another; the server is stored and restored at the end of each. */
static secagg_aggregate *run(
    secagg_server **server, const secagg_fedavg *fedavg, const secagg_directory *directory) {
  secagg_failure failure;
  secagg_aggregate *aggregate = NULL;
  while (aggregate == NULL) {
    uint32_t round = 0, awaited[CLIENTS];
    size_t count = 0;
    MUST(secagg_server_round(*server, &round, &failure));
    MUST(secagg_server_awaited(*server, awaited, CLIENTS, &count, &failure));
    for (size_t i = 0; i < count; i++) {
      client *c = &clients[awaited[i] - 1];
      if ((uint32_t)drops_out_before[awaited[i] - 1] <= round) continue;
      if (round != SECAGG_ADVERTISE_KEYS) {
        secagg_bytes *message = NULL;
        const uint8_t *data = NULL;
        size_t length = 0;
        MUST(secagg_server_message(*server, c->id, &message, &failure));
        MUST(secagg_bytes_view(message, &data, &length, &failure));
        handle(c, data, length, fedavg);
        secagg_bytes_free(message);
      }
      if (c->id == 1) store_and_restore(c, directory);
      send_to_server(c, *server);
    }
    MUST(secagg_server_close_round(*server, NULL, 0, &aggregate, &failure));

    secagg_bytes *stored = NULL;
    const uint8_t *data = NULL;
    size_t length = 0;
    MUST(secagg_server_store(*server, &stored, &failure));
    MUST(secagg_bytes_view(stored, &data, &length, &failure));
    secagg_server_free(*server);
    MUST(secagg_server_restore(data, length, directory, server, &failure));
    secagg_bytes_free(stored);
  }
  return aggregate;
}

/* Compares the secure mean with the one that could be computed if the updates were known. */
static void check(const secagg_aggregate *aggregate, const secagg_fedavg *fedavg) {
  secagg_failure failure;
  uint32_t ids[CLIENTS];
  size_t count = 0;
  static float mean[PARAMETERS];
  uint64_t total_weight = 0, expected_weight = 0;
  double worst = 0;
  MUST(secagg_aggregate_contributors(aggregate, ids, CLIENTS, &count, &failure));
  MUST(secagg_aggregate_mean_float32(
      aggregate, fedavg, mean, PARAMETERS, &total_weight, &failure));
  for (size_t k = 0; k < count; k++) expected_weight += clients[ids[k] - 1].weight;
  for (size_t i = 0; i < PARAMETERS; i++) {
    double sum = 0;
    for (size_t k = 0; k < count; k++) {
      const client *c = &clients[ids[k] - 1];
      sum += (double)c->weight * (double)c->update[i];
    }
    double difference = fabs((double)mean[i] - sum / (double)expected_weight);
    if (difference > worst) worst = difference;
  }
  printf(
      "%zu of %d clients in the sum, total weight %llu, largest error %.1e\n", count, CLIENTS,
      (unsigned long long)total_weight, worst);
  if (total_weight != expected_weight || worst > 1e-4) exit(1);
}

static void session(uint32_t threat_model) {
  secagg_failure failure;
  static const float model[PARAMETERS];
  secagg_fedavg *fedavg = agreed_fedavg();
  secagg_directory *directory = NULL;
  if (threat_model == SECAGG_MALICIOUS) {
    uint32_t ids[CLIENTS];
    uint8_t keys[CLIENTS][32];
    for (int i = 0; i < CLIENTS; i++) {
      ids[i] = clients[i].id;
      MUST(secagg_identity_generate(&clients[i].identity, &failure));
      MUST(secagg_identity_public_key(clients[i].identity, keys[i], &failure));
    }
    MUST(secagg_directory_create(ids, keys[0], CLIENTS, &directory, &failure));
  }
  secagg_server *server = NULL;
  secagg_bytes *announced = new_session(threat_model, fedavg, model, directory, &server);
  for (int i = 0; i < CLIENTS; i++) join(&clients[i], announced, fedavg, model, directory);
  secagg_bytes_free(announced);
  secagg_aggregate *aggregate = run(&server, fedavg, directory);
  check(aggregate, fedavg);
  secagg_aggregate_free(aggregate);
  secagg_server_free(server);
  for (int i = 0; i < CLIENTS; i++) {
    MUST(secagg_client_free(clients[i].session));
    MUST(secagg_identity_free(clients[i].identity));
    clients[i].identity = NULL;
  }
  secagg_directory_free(directory);
  secagg_fedavg_free(fedavg);
}

int main(void) {
  if (!SECAGG_ABI_FITS(secagg_abi_version())) {
    fprintf(stderr, "libsecagg is too old or too new for this program\n");
    return 1;
  }
  for (int i = 0; i < CLIENTS; i++) {
    clients[i].id = (uint32_t)i + 1;
    train(&clients[i]);
  }
  printf("libsecagg %s, semi-honest server: ", secagg_version());
  session(SECAGG_SEMI_HONEST);
  printf("libsecagg %s, malicious server:   ", secagg_version());
  session(SECAGG_MALICIOUS);
  return 0;
}
