// What becomes secret and what becomes public at libsodium's functions. valgrind calls these
// wrappers in place of the functions, so that the library needs no hook for it. A wrapper says
// nothing of what happens inside the function: jumps and addresses there are reported as anywhere.

#include "CMemcheck.h"

#include <valgrind/memcheck.h>

// Nothing in the program refers to the wrappers, and the linker must not drop them.
#define WRAPPER(function) \
  __attribute__((used, retain)) I_WRAP_SONAME_FNNAME_ZU(libsodiumZdsoZa, function)

static bool draws_are_secret = false;

void memcheck_classify_draws(bool secret) { draws_are_secret = secret; }

// Everything that is drawn is a secret: keys, field elements. Nonces are drawn as well, and taken
// for secrets too.
void WRAPPER(randombytes_buf)(void *buffer, size_t count) {
  OrigFn original;
  VALGRIND_GET_ORIG_FN(original);
  CALL_FN_v_WW(original, buffer, count);
  if (draws_are_secret) memcheck_classify(buffer, count);
}

// The result is a public key. The status is 0 for every private key.
int WRAPPER(crypto_scalarmult_base)(unsigned char *public_key, const unsigned char *private_key) {
  OrigFn original;
  int status;
  VALGRIND_GET_ORIG_FN(original);
  CALL_FN_W_WW(status, original, public_key, private_key);
  memcheck_declassify(public_key, 32);
  memcheck_declassify(&status, sizeof status);
  return status;
}

// The agreed secret stays secret. The status says whether it is zero, which depends on the peer's
// point alone: it is for the points of low order, whatever the private key (clamped scalars are
// multiples of 8 and not of the prime order), and for no other.
int WRAPPER(crypto_scalarmult)(
    unsigned char *agreed, const unsigned char *private_key, const unsigned char *peer) {
  OrigFn original;
  int status;
  VALGRIND_GET_ORIG_FN(original);
  CALL_FN_W_WWW(status, original, agreed, private_key, peer);
  memcheck_declassify(&status, sizeof status);
  return status;
}

// The ciphertext and its tag go to the server.
int WRAPPER(crypto_aead_xchacha20poly1305_ietf_encrypt)(
    unsigned char *ciphertext, unsigned long long *ciphertext_count, const unsigned char *message,
    unsigned long long message_count, const unsigned char *data, unsigned long long data_count,
    const unsigned char *unused, const unsigned char *nonce, const unsigned char *key) {
  OrigFn original;
  int status;
  VALGRIND_GET_ORIG_FN(original);
  CALL_FN_W_9W(
      status, original, ciphertext, ciphertext_count, message, message_count, data, data_count,
      unused, nonce, key);
  memcheck_declassify(ciphertext, message_count + 16);
  memcheck_declassify(&status, sizeof status);
  return status;
}

// Whether two tags are the same. Who sent a ciphertext that does not open learns that it did not:
// the client names its sender to the server.
int WRAPPER(crypto_verify_16)(const unsigned char *left, const unsigned char *right) {
  OrigFn original;
  int status;
  VALGRIND_GET_ORIG_FN(original);
  CALL_FN_W_WW(status, original, left, right);
  memcheck_declassify(&status, sizeof status);
  return status;
}

// Whether the checksum of a stored state is right: the caller is told by an error. It is compared
// without a branch, so that no more than this comes out.
int WRAPPER(sodium_memcmp)(const void *left, const void *right, size_t count) {
  OrigFn original;
  int status;
  VALGRIND_GET_ORIG_FN(original);
  CALL_FN_W_WWW(status, original, left, right, count);
  memcheck_declassify(&status, sizeof status);
  return status;
}

// An identity's public key, of which libsodium keeps a copy behind the seed.
int WRAPPER(crypto_sign_seed_keypair)(
    unsigned char *public_key, unsigned char *secret_key, const unsigned char *seed) {
  OrigFn original;
  int status;
  VALGRIND_GET_ORIG_FN(original);
  CALL_FN_W_WWW(status, original, public_key, secret_key, seed);
  memcheck_declassify(public_key, 32);
  memcheck_declassify(secret_key + 32, 32);
  memcheck_declassify(&status, sizeof status);
  return status;
}

// A signature is public.
int WRAPPER(crypto_sign_detached)(
    unsigned char *signature, unsigned long long *signature_count, const unsigned char *message,
    unsigned long long message_count, const unsigned char *secret_key) {
  OrigFn original;
  int status;
  VALGRIND_GET_ORIG_FN(original);
  CALL_FN_W_5W(
      status, original, signature, signature_count, message, message_count, secret_key);
  memcheck_declassify(signature, 64);
  memcheck_declassify(&status, sizeof status);
  return status;
}
