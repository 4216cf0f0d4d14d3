-- The car profile of OSRM, with the roads of regulated zones as a class of their own: `lez`.
-- Zones come as GeoJSON polygons with the property "lez": true, given to osrm-extract with
-- --location-dependent-data. Who may not enter asks with exclude=lez: one map serves all vehicles.
api_version = 4

local car = require('car')

local function setup()
  local profile = car.setup()
  profile.classes = Sequence { 'toll', 'motorway', 'ferry', 'restricted', 'tunnel', 'lez' }
  profile.excludable = Sequence { Set { 'toll' }, Set { 'motorway' }, Set { 'ferry' }, Set { 'lez' } }
  return profile
end

local function process_way(profile, way, result, relations)
  car.process_way(profile, way, result, relations)
  if way:get_location_tag('lez') then
    result.forward_classes['lez'] = true
    result.backward_classes['lez'] = true
  end
end

return {
  setup = setup,
  process_way = process_way,
  process_node = car.process_node,
  process_turn = car.process_turn,
}
