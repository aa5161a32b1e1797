/**
 * Support for tests of programs that use Mobula: nodes that start before a test and are gone after
 * it.
 *
 * <p>Written against the public API and JUnit 5; waits on conditions and phases, never on time.
 */
@NullMarked
package io.mobula.testkit;

import org.jspecify.annotations.NullMarked;
