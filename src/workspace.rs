//! Finds the workspace and its offices; reads office.yaml.
