/**
 * Exceptions of Mobula, one sealed family of unchecked exceptions below {@link MobulaException}.
 *
 * <p>Each message names the thing, what was wanted, what was there and what to do. {@code null}
 * arguments and calls in a wrong order are reported with the JDK's own {@link NullPointerException}
 * and {@link IllegalStateException}.
 */
@NullMarked
package io.mobula.error;

import org.jspecify.annotations.NullMarked;
