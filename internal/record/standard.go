package record

// Standard is a standard of proof. One is declared per case, and a finding may only
// raise it, with a reason.
type Standard string

// The standards, weakest first.
const (
	ReasonableSuspicion    Standard = "reasonable_suspicion"
	ReasonableGrounds      Standard = "reasonable_grounds" // what most commissions of inquiry declare
	BalanceOfProbabilities Standard = "balance_of_probabilities"
	ClearAndConvincing     Standard = "clear_and_convincing"
	BeyondReasonableDoubt  Standard = "beyond_reasonable_doubt" // of criminal trials
)

// Standards lists them, weakest first.
func Standards() []Standard {
	return []Standard{ReasonableSuspicion, ReasonableGrounds, BalanceOfProbabilities, ClearAndConvincing, BeyondReasonableDoubt}
}

// Rank orders the standards, 10 to 50. What is no standard has rank 0, below all.
func (s Standard) Rank() int {
	for i, known := range Standards() {
		if s == known {
			return 10 * (i + 1)
		}
	}
	return 0
}

// Words is how a report words the standard.
func (s Standard) Words() string {
	switch s {
	case ReasonableSuspicion:
		return "reasonable suspicion"
	case ReasonableGrounds:
		return "reasonable grounds to conclude"
	case BalanceOfProbabilities:
		return "the balance of probabilities"
	case ClearAndConvincing:
		return "clear and convincing evidence"
	case BeyondReasonableDoubt:
		return "proof beyond reasonable doubt"
	}
	return string(s)
}
