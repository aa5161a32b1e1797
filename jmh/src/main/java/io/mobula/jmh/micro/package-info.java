/**
 * Microbenchmarks by JMH: the codec, the block allocator and the shared store, the arithmetic of
 * the ledger, the rings, Aeron over loopback, the submission of tasks, and {@code Resources}.
 *
 * <p>{@code mobula jmh} runs them with JMH's own command line. They use the internal packages of
 * the modules that they measure, whose classes are public for them where they would otherwise not
 * be: a package belongs to one module, so a benchmark cannot lie in the package that it measures.
 */
@NullMarked
package io.mobula.jmh.micro;

import org.jspecify.annotations.NullMarked;
