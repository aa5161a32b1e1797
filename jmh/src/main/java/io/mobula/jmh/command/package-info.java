/**
 * Commands of the benchmarks, which {@code BenchmarkCommands} adds to the {@code mobula} command.
 *
 * <p>The package owns the parsing of their arguments; what is measured, and how, is in the other
 * packages. {@code BenchmarkCommands} is a {@code CommandProvider} of the module {@code cli}.
 */
@NullMarked
package io.mobula.jmh.command;

import org.jspecify.annotations.NullMarked;
