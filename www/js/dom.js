// Finding and making elements.

/**
 * The element inside `root` marked `data-part="name"`. Markup and script are written together, so a missing part is a
 * mistake in the page, not a state to handle.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} name
 * @param {new (...args: any[]) => T} type
 * @returns {T}
 */
export function part(root, name, type) {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (!(found instanceof type)) throw new Error(`page: no ${type.name} with data-part="${name}"`);
  return found;
}

/**
 * The element with this id.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`page: no element with id="${id}"`);
  return found;
}

/**
 * A new element with properties and children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Partial<HTMLElementTagNameMap[K]>} [properties]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/**
 * A copy of what `<template id>` holds.
 * @param {string} id
 * @returns {DocumentFragment}
 */
export function fromTemplate(id) {
  const template = byId(id);
  if (!(template instanceof HTMLTemplateElement)) throw new Error(`page: #${id} is not a template`);
  return /** @type {DocumentFragment} */ (template.content.cloneNode(true));
}
