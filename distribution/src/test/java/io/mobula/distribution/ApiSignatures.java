package io.mobula.distribution;

import java.io.IOException;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedTypeVariable;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.TypeVariable;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Signatures of the public and protected members of a package, as sorted text: a line for each type
 * and an indented one for each member. A question mark follows a type that may be null, and
 * {@code java.lang} is left out.
 */
final class ApiSignatures {
  private static final int SHOWN = Modifier.STATIC | Modifier.ABSTRACT | Modifier.FINAL;

  private final List<String> lines = new ArrayList<>();

  private ApiSignatures() {}

  /** Returns the lines for the packages, which are in the same jar or folder as {@code sample}. */
  static List<String> of(Class<?> sample, List<String> packages) throws IOException {
    var signatures = new ApiSignatures();
    for (var name : packages) {
      for (var type : types(sample, name)) {
        signatures.add(type);
      }
    }
    return signatures.lines;
  }

  private static List<Class<?>> types(Class<?> sample, String name) throws IOException {
    var folder = name.replace('.', '/');
    Path place;
    try {
      place = Path.of(sample.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException("No place of " + sample, e);
    }
    if (Files.isDirectory(place)) {
      return types(place.resolve(folder), name, sample.getClassLoader());
    }
    try (var jar = FileSystems.newFileSystem(URI.create("jar:" + place.toUri()), Map.of())) {
      return types(jar.getPath(folder), name, sample.getClassLoader());
    }
  }

  private static List<Class<?>> types(Path folder, String name, ClassLoader loader)
      throws IOException {
    var names = new TreeSet<String>();
    try (var files = Files.list(folder)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".class") && !file.equals("package-info.class"))
          .forEach(file -> names.add(name + "." + file.substring(0, file.lastIndexOf('.'))));
    }
    var types = new ArrayList<Class<?>>();
    for (var each : names) {
      try {
        var type = Class.forName(each, false, loader);
        if (isVisible(type)) {
          types.add(type);
        }
      } catch (ClassNotFoundException e) {
        throw new IOException("No class " + each, e);
      }
    }
    return types;
  }

  /**
   * Returns whether users can name the type: it and all types around it are public or protected.
   */
  private static boolean isVisible(Class<?> type) {
    return !type.isSynthetic()
        && !type.isAnonymousClass()
        && !type.isLocalClass()
        && isShown(type.getModifiers())
        && (type.getEnclosingClass() == null || isVisible(type.getEnclosingClass()));
  }

  private static boolean isShown(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private void add(Class<?> type) {
    lines.add(header(type));
    var members = new TreeSet<String>();
    addMembers(type, members);
    // What a hidden superclass declares is a member of the visible one.
    for (var above = type.getSuperclass();
        above != null && !isVisible(above) && above.getName().startsWith("io.mobula");
        above = above.getSuperclass()) {
      for (var method : above.getDeclaredMethods()) {
        addMethod(type, method, members);
      }
    }
    members.forEach(member -> lines.add("  " + member));
  }

  private static void addMembers(Class<?> type, TreeSet<String> members) {
    for (Field field : type.getDeclaredFields()) {
      if (isMember(type, field)) {
        members.add(text(field.getModifiers()) + text(field.getAnnotatedType()) + " "
            + field.getName() + deprecation(field));
      }
    }
    for (Constructor<?> made : type.getDeclaredConstructors()) {
      if (isMember(type, made)) {
        members.add("new" + text(made.getTypeParameters()) + parameters(made) + deprecation(made));
      }
    }
    for (Method method : type.getDeclaredMethods()) {
      addMethod(type, method, members);
    }
  }

  private static void addMethod(Class<?> type, Method method, TreeSet<String> members) {
    if (isMember(type, method)) {
      members.add(text(method.getModifiers()) + (method.isDefault() ? "default " : "")
          + text(method.getAnnotatedReturnType()) + " " + method.getName()
          + text(method.getTypeParameters()) + parameters(method) + deprecation(method));
    }
  }

  private static boolean isMember(Class<?> type, Member member) {
    return !member.isSynthetic()
        && (Modifier.isPublic(member.getModifiers())
            || Modifier.isProtected(member.getModifiers())
                && !Modifier.isFinal(type.getModifiers()));
  }

  private static String header(Class<?> type) {
    var kind = type.isAnnotation()
        ? "@interface"
        : type.isInterface()
            ? "interface"
            : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
    var words = new StringBuilder();
    if (!type.isInterface() && !type.isEnum() && !type.isRecord()) {
      words.append(text(type.getModifiers() & ~Modifier.STATIC));
    }
    words.append(type.isSealed() ? "sealed " : "").append(kind).append(' ');
    words.append(type.getName()).append(text(type.getTypeParameters()));
    var above = type.getAnnotatedSuperclass();
    if (above != null && kind.equals("class") && above.getType() != Object.class) {
      words.append(" extends ").append(text(above));
    }
    var interfaces =
        Arrays.stream(type.getAnnotatedInterfaces()).map(ApiSignatures::text).toList();
    if (!interfaces.isEmpty()) {
      words.append(" is ").append(String.join(", ", interfaces));
    }
    return words.append(deprecation(type)).toString();
  }

  private static String parameters(Executable of) {
    var types = Arrays.stream(of.getAnnotatedParameterTypes())
        .map(ApiSignatures::text)
        .collect(Collectors.joining(", ", "(", ")"));
    var thrown = Arrays.stream(of.getAnnotatedExceptionTypes())
        .map(ApiSignatures::text)
        .collect(Collectors.joining(", "));
    return (of.isVarArgs() ? types.replace("[])", "...)") : types)
        + (thrown.isEmpty() ? "" : " throws " + thrown);
  }

  private static String deprecation(AnnotatedElement of) {
    return of.isAnnotationPresent(Deprecated.class) ? " deprecated" : "";
  }

  private static String text(int modifiers) {
    var words = Modifier.toString(modifiers & SHOWN);
    return (Modifier.isProtected(modifiers) ? "protected " : "")
        + (words.isEmpty() ? "" : words + " ");
  }

  private static String text(TypeVariable<?>[] variables) {
    if (variables.length == 0) {
      return "";
    }
    return Arrays.stream(variables)
        .map(variable -> {
          var bounds = Arrays.stream(variable.getAnnotatedBounds())
              .map(ApiSignatures::text)
              .filter(bound -> !bound.equals("Object"))
              .collect(Collectors.joining(" & "));
          return variable.getName() + (bounds.isEmpty() ? "" : " extends " + bounds);
        })
        .collect(Collectors.joining(", ", "<", ">"));
  }

  private static String text(AnnotatedType type) {
    return switch (type) {
      case AnnotatedArrayType array ->
        text(array.getAnnotatedGenericComponentType()) + mark(type) + "[]";
      case AnnotatedParameterizedType generic ->
        shortName(rawName(generic))
            + Stream.of(generic.getAnnotatedActualTypeArguments())
                .map(ApiSignatures::text)
                .collect(Collectors.joining(", ", "<", ">"))
            + mark(type);
      case AnnotatedTypeVariable variable -> variable.getType().getTypeName() + mark(type);
      case AnnotatedWildcardType wildcard -> wildcard(wildcard);
      default -> shortName(type.getType().getTypeName()) + mark(type);
    };
  }

  private static String rawName(AnnotatedParameterizedType type) {
    var name = type.getType().getTypeName();
    return name.substring(0, name.indexOf('<'));
  }

  private static String wildcard(AnnotatedWildcardType type) {
    var lower = type.getAnnotatedLowerBounds();
    if (lower.length > 0) {
      return "? super " + text(lower[0]);
    }
    var upper = Arrays.stream(type.getAnnotatedUpperBounds())
        .map(ApiSignatures::text)
        .collect(Collectors.joining(" & "));
    return upper.isEmpty() || upper.equals("Object") ? "?" : "? extends " + upper;
  }

  private static String mark(AnnotatedType type) {
    return type.isAnnotationPresent(Nullable.class) ? "?" : "";
  }

  private static String shortName(String name) {
    return name.startsWith("java.lang.") && name.indexOf('.', "java.lang.".length()) < 0
        ? name.substring("java.lang.".length())
        : name;
  }
}
