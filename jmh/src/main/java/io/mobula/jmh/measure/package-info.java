/**
 * Vocabulary of all benchmarks: an operation that is timed, quantities as text, and the machine on
 * which they were measured.
 */
@NullMarked
package io.mobula.jmh.measure;

import org.jspecify.annotations.NullMarked;
