import FLMath
import SecAgg

extension PrivacyPlan {
  /// What is going to be done, for a terminal.
  var text: String {
    let who =
      switch noise {
      case .central: "the server adds noise of "
      case .distributed(let averaging):
        "the clients add noise, the \(averaging.parameters.choice.survivingHonest) that are sure "
          + "to be honest and in the sum "
      }
    return "Differential privacy: \(who)\(DecimalText.significant(noiseMultiplier)) clips in all;\n"
      + "updates are clipped to a norm of \(DecimalText.significant(settings.clip)); budget epsilon "
      + "\(DecimalText.significant(settings.epsilon)) at delta \(settings.delta), for one client more "
      + "or less"
  }
}
