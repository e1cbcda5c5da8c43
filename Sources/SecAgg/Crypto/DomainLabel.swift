/// What a hash or a derived key is for. Each use has its own label, so that no output of one can
/// ever stand for another.
enum DomainLabel: String {
  case sessionParameters = "SecAgg/1 session parameters"
  case applicationContext = "SecAgg/1 application context"
  case privateAveraging = "SecAgg/1 private averaging"
  case rotation = "SecAgg/1 rotation"
  case rosterLeaf = "SecAgg/1 roster leaf"
  case rosterNode = "SecAgg/1 roster node"
  case rosterCommitment = "SecAgg/1 roster commitment"
  case neighbourPermutation = "SecAgg/1 neighbour permutation"
  case keyAdvertisement = "SecAgg/1 key advertisement"
  case contributorSet = "SecAgg/1 contributor set"
  case maskPrivateKey = "SecAgg/1 mask private key"
  case shareSealing = "SecAgg/1 share sealing"
  case pairwiseMask = "SecAgg/1 pairwise mask"
  case selfMask = "SecAgg/1 self mask"
  case selfMaskCommitment = "SecAgg/1 self mask commitment"
  case messageChecksum = "SecAgg/1 message checksum"
  case clientState = "SecAgg/1 suspended client"
  case serverState = "SecAgg/1 server state"
  case recordChain = "SecAgg/1 record chain"
  case recordedContributors = "SecAgg/1 recorded contributors"
}
