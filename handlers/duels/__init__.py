"""`/duel`: which of two accounts reaches more people?"""
