import FLMath
import SecAgg

extension PrivacyPlan {
  /// What is going to be done, for a terminal.
  var text: String {
    let who =
      switch noise {
      case .central, .correlated: "the server adds noise of "
      case .distributed(let averaging):
        "the clients add \(settings.shares == .skellam ? "Skellam noise" : "noise"), the \(averaging.parameters.choice.survivingHonest) that are sure "
          + "to be honest and in the sum "
      }
    let clip =
      DecimalText.significant(settings.clip)
      + (settings.quantile.map {
        " at first, then to what \(Quantity.percent($0)) of them are within"
      } ?? "")
    let amount = DecimalText.significant(noiseMultiplier)
    let noise =
      paysAtOnce
      ? "\(amount) sensitivities to the whole training, correlated over its rounds"
      : "\(amount) clips in all"
    return "Differential privacy: \(who)\(noise);\n"
      + "updates are clipped to a norm of \(clip); budget epsilon "
      + "\(DecimalText.significant(settings.epsilon)) at delta \(settings.delta), for \(protected)"
  }

  /// What the budget is of.
  private var protected: String {
    switch settings.relation {
    case .addOrRemove: "one client more or less"
    case .zeroOut: "what one participant contributes"
    case .replace: "another client in one's place"
    }
  }
}
