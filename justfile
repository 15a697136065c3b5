# Short names for what is done often; each line is a plain command.

# Build the sample offices' documents into output/.
build:
    cargo run --release

test:
    cargo test

# What CI runs.
ci:
    .ci/run

# Make records/ again from its generator.
sample:
    cargo run --no-default-features --example sample

bench:
    cargo bench
