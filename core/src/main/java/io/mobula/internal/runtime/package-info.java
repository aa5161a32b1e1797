/**
 * The one entry that the facade finds: opens nodes, in actor systems of their own or in others',
 * and closes them.
 *
 * <p>Owns the actor systems it made, and the shutdown hook for them; knows every open runtime of
 * this JVM.
 */
@NullMarked
package io.mobula.internal.runtime;

import org.jspecify.annotations.NullMarked;
