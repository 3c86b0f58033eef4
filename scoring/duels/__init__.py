"""Duels, pure: which pairs teach most, what a voter's votes weigh, and what votes say of a formula.

`pairing` chooses pairs, `voter_weights` weighs voters, `robust_fit` fits weights that a few hostile
voters cannot move, `claimed_bands` holds claims against what people said.
"""
