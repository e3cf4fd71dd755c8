"""Counts what documents are made of: languages, licences, domains, months, values of signals. Parts add up."""
