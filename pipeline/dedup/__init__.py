"""Global deduplication over the files of a workspace: rules in order, each a row of phases made of units."""
