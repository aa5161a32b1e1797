/**
 * The {@code mobula} command: a thin way from the words of a shell to the programs and to running
 * nodes.
 *
 * <p>Owns argument parsing, exit codes and what is printed; never decides anything about scheduling
 * or storage.
 */
@NullMarked
package io.mobula.cli;

import org.jspecify.annotations.NullMarked;
