/**
 * The {@code mobula} command: a thin layer between the shell and the programs, benchmarks and
 * running nodes.
 *
 * <p>This package owns argument parsing, exit codes and printed output. It makes no decisions about
 * scheduling or storage. Commands that need a cluster connect as a driver through the public API.
 * Nodes on this host are found through {@code NodeRegistry}.
 *
 * <p>Benchmarks and samples are plug-ins ({@code CommandProvider}): this module depends on neither.
 */
@NullMarked
package io.mobula.cli;

import org.jspecify.annotations.NullMarked;
