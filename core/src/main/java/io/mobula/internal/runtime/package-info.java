/**
 * Implementation of the runtime that the API finds by {@code ServiceLoader}: opens nodes, in actor
 * systems of their own or in existing ones, and closes them.
 *
 * <p>The package owns the actor systems that it made, and the shutdown hook for their runtimes. It
 * knows every open runtime of this JVM.
 */
@NullMarked
package io.mobula.internal.runtime;

import org.jspecify.annotations.NullMarked;
